\set customer random(1, :customers)
\set instrument random(1, :instruments)
\set quantity random(1, 5)
\set amount :quantity * 10000
BEGIN;
INSERT INTO orders (customer, instrument, quantity, status)
    VALUES (:customer, :instrument, :quantity, 'filled') RETURNING id AS order_id \gset
UPDATE customer SET balance = balance - :amount WHERE id = :customer;
INSERT INTO position VALUES (:customer, :instrument, :quantity)
    ON CONFLICT (customer, instrument) DO UPDATE SET quantity = position.quantity + excluded.quantity;
INSERT INTO ledger (order_id, account, amount)
    VALUES (:order_id, 'customer', - (:amount)::bigint), (:order_id, 'house', :amount);
UPDATE instrument SET available = available - :quantity WHERE id = :instrument;
UPDATE house SET balance = balance + :amount WHERE id = :instrument;
COMMIT;
