from __future__ import annotations
import statistics, time, uuid, json
from datetime import timedelta
from decimal import Decimal
import pytest
from django.db import connection, transaction
from django.utils import timezone
from servicekit.messaging.models import OutboxEvent, UnsentEvent, InboxEvent
from servicekit.messaging.publish import outbox, relay
from servicekit.messaging.consume import inbox
from servicekit.messaging.operate import retention
from servicekit.arrays import array, columns, lines
from servicekit.ids import new_id
from trading_service.reference.models import ListedInstrument, LatestQuote
from trading_service.reference import services as ref

def ratio(name, a, b, n=21):
    A=[];B=[]
    for i in range(-2,n):
        for f,l in ((a,A),(b,B)) if i%2 else ((b,B),(a,A)):
            sid=transaction.savepoint()
            t=time.perf_counter(); f()
            if i>=0: l.append(time.perf_counter()-t)
            transaction.savepoint_rollback(sid)
    ra,rb=statistics.median(A),statistics.median(B)
    print(f"{name}: own {ra*1000:.2f} ms, ORM {rb*1000:.2f} ms, ratio {rb/ra:.2f}; mins {min(A)*1000:.2f} {min(B)*1000:.2f} {min(B)/min(A):.2f}", flush=True, file=open("/tmp/house_measure2.txt","a"))

@pytest.mark.django_db
def test_measure(settings):
    with connection.cursor() as c: c.execute("SET CONSTRAINTS ALL IMMEDIATE")
    env=json.dumps({"x":"y"*600})
    for n in (1,50):
        def own():
            rows=[(new_id(),"trading.order.placed.v2",f"order/{new_id()}",1) for _ in range(n)]
            with connection.cursor() as c: c.execute(outbox._APPEND,[*columns(rows),lines([env]*n)])
        def orm():
            made=OutboxEvent.objects.bulk_create([OutboxEvent(id=new_id(),type="trading.order.placed.v2",subject=f"order/{new_id()}",sequence=1,envelope=env) for _ in range(n)])
            UnsentEvent.objects.bulk_create([UnsentEvent(pk=o.pk) for o in made])
        ratio(f"outbox append {n}",own,orm,31)
        def own():
            ids=[new_id() for _ in range(n)]
            with connection.cursor() as c: c.execute(inbox._INSERT_NEW,["trading",array(ids),array(["x"]*n)]); c.fetchall()
        def orm():
            ids=[new_id() for _ in range(n)]
            known=set(InboxEvent.objects.filter(consumer="trading",event_id__in=ids).values_list("event_id",flat=True))
            InboxEvent.objects.bulk_create([InboxEvent(consumer="trading",event_id=i,type="x") for i in ids if i not in known])
        ratio(f"inbox {n}",own,orm,31)
    rows=[(new_id(),"trading.order.placed.v2",f"order/{new_id()}",1) for _ in range(500)]
    with connection.cursor() as c: c.execute(outbox._APPEND,[*columns(rows),lines([env]*500)]); c.execute("ANALYZE outbox; ANALYZE outbox_unsent")
    def orm_unsent():
        seqs=list(UnsentEvent.objects.order_by("pk").values_list("pk",flat=True)[:relay.BATCH])
        return list(OutboxEvent.objects.filter(pk__in=seqs).order_by("pk").values_list("pk","type","envelope"))
    def own_unsent():
        with connection.cursor() as c:
            c.execute(relay._UNSENT,[relay.BATCH]); return c.fetchall()
    ratio(f"relay unsent {relay.BATCH}",own_unsent,orm_unsent,21)
    now=timezone.now()
    ins=[ListedInstrument(id=new_id(),version=1,ticker=f"T{i}",name_en="x",name_ru="x",type="share",currency="USD",lot_size=1,price_step=Decimal("0.01"),issued_quantity=10,status="open",previous_close=Decimal(1)) for i in range(1000)]
    ListedInstrument.objects.bulk_create(ins)
    LatestQuote.objects.bulk_create([LatestQuote(instrument=i,price=Decimal("1.5"),price_at=now) for i in ins])
    qs=[ref.ReceivedQuote(i.id,Decimal("2.5"),now+timedelta(seconds=5)) for i in ins]
    def orm_q():
        known={q.pk:q for q in LatestQuote.objects.select_for_update().filter(pk__in=[q.instrument_id for q in qs]).order_by("pk")}
        listed=set(ListedInstrument.objects.filter(pk__in=[q.instrument_id for q in qs]).values_list("pk",flat=True))
        w=[LatestQuote(instrument_id=q.instrument_id,price=q.price,price_at=q.price_at) for q in qs if q.instrument_id in listed and (q.instrument_id not in known or known[q.instrument_id].price_at<q.price_at)]
        LatestQuote.objects.bulk_create(w,update_conflicts=True,unique_fields=["instrument"],update_fields=["price","price_at"])
    ratio("quotes_copy 1000",lambda: ref.quotes_copy(quotes=qs),orm_q,15)
