"""The simulated market in euros."""

from __future__ import annotations

from market_service.simulated.model import Simulated

_BOND = (
    "Номинал 1000 евро; цена указана в евро за одну облигацию.",
    "Face value 1,000 euros; the price is in euros for one bond.",
)

INSTRUMENTS = (
    Simulated("TLPB", "share", "Банк «Тюльпановый»", "Tulpenveld Bank",
              ("Банк на берегу канала.", "A bank on a canal."), 1, "0.005", "14.62"),
    Simulated("RMUE", "share", "Рейнмюле", "Rheinmühlenwerk",
              ("Станки и мельницы.", "Machine tools and mills."), 1, "0.05", "118.4", 0.015, 1.0),
    Simulated("ALPQ", "share", "Альпенквелле", "Alpenquelle",
              ("Электричество из воды.", "Electricity from water."), 1, "0.02", "42.18", 0.012, 0.7),
    Simulated("MLUN", "share", "Мезон Лунель", "Maison Lunelle",
              ("Часы и духи.", "Watches and perfume."), 1, "0.1", "612.3", 0.016, 1.1),
    Simulated("NDWD", "share", "Нордвинд Верфт", "Nordvind Verft",
              ("Корабли и ветряки.", "Ships and wind turbines."), 1, "0.01", "27.94", 0.018, 1.0),
    Simulated("OLVA", "share", "Оливара", "Olivara",
              ("Масло, макароны и магазины.", "Oil, pasta and stores."), 1, "0.01", "8.915", 0.013, 0.6),
    Simulated("EBZ5", "bond", "Облигация «Биржа» в евро на 5 лет", "Birzha 5-year euro bond",
              _BOND, 1, "0.01", "955.1", 0.002, 0.05),
    Simulated("EBZ10", "bond", "Облигация «Биржа» в евро на 10 лет", "Birzha 10-year euro bond",
              _BOND, 1, "0.01", "871.4", 0.003, 0.05),
    Simulated("EIDX", "fund", "Индексный фонд «Биржа» в евро", "Birzha Euro Index Fund",
              ("Его цена движется сама по себе.", "Its price moves by itself."),
              1, "0.01", "101.35", 0.004, 1.0),
    Simulated("ECASH", "fund", "Фонд денежного рынка «Биржа» в евро", "Birzha Euro Money Market Fund",
              ("Продаётся лотами по десять паёв.", "Sold in lots of ten units."),
              10, "0.001", "10.012", 0.0004, 0),
    Simulated("USDSIM", "currency", "Доллар США", "US dollar",
              ("Евро за один доллар.", "Euros for one dollar."), 1, "0.0001", "0.9341", 0.005, -0.1),
    Simulated("GBPSIM", "currency", "Фунт стерлингов", "Pound sterling",
              ("Евро за один фунт.", "Euros for one pound."), 1, "0.0001", "1.1295", 0.005, -0.1),
)  # fmt: skip
