create table "orders" ("id" INTEGER not null, "a ""b`.c" TEXT not null, "i8" INTEGER not null, "i16" INTEGER not null, "i32" INTEGER not null, "i64" INTEGER not null, "f32" REAL not null, "f64" REAL not null, "flag" BOOLEAN not null, "s" TEXT not null, "by" BLOB not null, "dec" DECIMAL_TEXT(2) not null, "day" DATE not null, "clock" TIME not null, "ts" TIMESTAMP not null, "s_default" TEXT default 'it''s ? \ "q"', "flag_default" BOOLEAN default 1, "by_default" BLOB default x'00ff', "dec_default" DECIMAL_TEXT(2) default '1.50', "day_default" DATE default '2024-02-29', "ts_default" TIMESTAMP default '2024-02-29 13:14:15.123', primary key ("id", "a ""b`.c"));
alter table "orders" add column "x" INTEGER null;
alter table "orders" add column "y" INTEGER null;
INSERT INTO "orders" ("id","a ""b`.c","v","n") VALUES (?,?,?,?);
INSERT INTO "orders" ("id","a ""b`.c","v","n") VALUES (?,?,?,?) ON CONFLICT ("id","a ""b`.c") DO UPDATE SET "v" = excluded."v", "n" = excluded."n";
INSERT INTO "orders" ("id") VALUES (?) ON CONFLICT ("id") DO NOTHING;
UPDATE "orders" SET "v" = ?, "n" = ? WHERE "id" = ? AND "a ""b`.c" = ?;
DELETE FROM "orders" WHERE "id" = ? AND "a ""b`.c" = ?;
DELETE FROM "orders" WHERE "id" = ?;
