"""The simulated market in roubles: lots of 1 to 10,000, and steps of all sizes, as on a Russian exchange."""

from __future__ import annotations

from market_service.simulated.model import Simulated

_BOND = (
    "Номинал 1000 рублей; цена указана в рублях за одну облигацию.",
    "Face value 1,000 rubles; the price is in rubles for one bond.",
)

INSTRUMENTS = (
    Simulated("SMTB", "share", "Самоцвет Банк", "Samotsvet Bank",
              ("Банк с отделениями на Урале.", "A bank with branches in the Urals."), 10, "0.01", "212"),
    Simulated("PRKT", "share", "Перекат Банк", "Perekat Bank",
              ("Банк с очень дешёвыми акциями: лот 10 000.",
               "A bank with very cheap shares: a lot is 10,000."),
              10_000, "0.000005", "0.0231", 0.017, 1.1, 10**12),
    Simulated("KDRN", "share", "Кедровая нефть", "Kedrovaya Oil",
              ("Добыча и переработка нефти.", "Produces and refines oil."), 1, "0.5", "5120", 0.015, 1.0),
    Simulated("SNZG", "share", "Снежгаз", "Snezhgaz",
              ("Добыча газа и газопроводы.", "Produces gas and runs pipelines."),
              10, "0.01", "164.2", 0.015, 1.0),
    Simulated("LDZM", "share", "Ладьевский металл", "Ladyevsky Metal",
              ("Сталь и прокат.", "Steel and rolled metal."), 10, "0.2", "1287.4", 0.016, 1.0),
    Simulated("ZHAR", "share", "Жар-руда", "Zhar Mining",
              ("Золото и серебро.", "Gold and silver."), 1, "1", "9870", 0.018, 0.5),
    Simulated("RYBN", "share", "Магазины «Рябинка»", "Ryabinka Stores",
              ("Продуктовые магазины у дома.", "Grocery stores next door."), 1, "0.5", "4415", 0.013, 0.7),
    Simulated("YASN", "share", "Ясный Код", "Yasny Kod",
              ("Поиск, карты и облачные услуги.", "Search, maps and cloud services."),
              1, "0.5", "2310", 0.02, 1.1),
    Simulated("BRKT", "share", "Авиалинии «Беркутёнок»", "Berkutyonok Airlines",
              ("Перевозка пассажиров и грузов.", "Flies passengers and freight."),
              10, "0.01", "38.4", 0.019, 1.0),
    Simulated("DLSV", "share", "Дальняя связь", "Dalnyaya Telecom",
              ("Мобильная связь и интернет.", "Mobile telephony and the internet."),
              10, "0.05", "241.3", 0.011, 0.6),
    Simulated("SVET", "share", "Светосеть", "Svetoset",
              ("Электрические сети; лот 10 000.", "Power grids; a lot is 10,000."),
              10_000, "0.00001", "0.08715",
              0.014, 0.7, 10**11),
    Simulated("UCH5", "bond", "Облигация «Биржа» на 5 лет", "Birzha 5-year bond",
              _BOND, 1, "0.01", "905.2", 0.002, 0.05),
    Simulated("UCH10", "bond", "Облигация «Биржа» на 10 лет", "Birzha 10-year bond",
              _BOND, 1, "0.01", "812.75", 0.003, 0.05),
    Simulated("UIDX", "fund", "Индексный фонд «Биржа»", "Birzha Index Fund",
              ("Его цена движется сама по себе.", "Its price moves by itself."),
              1, "0.01", "96.4", 0.004, 1.0),
    Simulated("UCASH", "fund", "Фонд денежного рынка «Биржа»", "Birzha Money Market Fund",
              ("Продаётся лотами по десять паёв.", "Sold in lots of ten units."),
              10, "0.0001", "1.2416", 0.0004, 0),
    Simulated("USDSIM", "currency", "Доллар США", "US dollar",
              ("Рублей за один доллар.", "Rubles for one dollar."), 1, "0.0025", "71.35", 0.007, -0.2),
    Simulated("CNYSIM", "currency", "Юань", "Chinese yuan",
              ("Рублей за один юань.", "Rubles for one yuan."), 1, "0.001", "10.412", 0.006, -0.2),
)  # fmt: skip
