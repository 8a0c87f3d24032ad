-- The least that a purchase needs. Amounts in minor units.
CREATE TABLE customer (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE house (id int PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE instrument (id int PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0));
CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    customer int NOT NULL,
    instrument int NOT NULL,
    quantity bigint NOT NULL,
    status text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE ledger (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id uuid NOT NULL,
    account text NOT NULL,
    amount bigint NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE position (
    customer int,
    instrument int,
    quantity bigint NOT NULL,
    PRIMARY KEY (customer, instrument)
);
