-- bulk
SELECT * FROM "t";
-- bulk with a suffix
SELECT * FROM "t" /* last */;
-- incrementing
SELECT * FROM "t" WHERE "t"."id" > ? ORDER BY "t"."id" ASC LIMIT 25;
-- incrementing with a suffix
SELECT * FROM "t" WHERE "t"."id" > ? ORDER BY "t"."id" ASC /* last */;
-- timestamp
SELECT * FROM "t" WHERE rowbridge_instant("t"."at") > ? AND rowbridge_instant("t"."at") < ? ORDER BY rowbridge_instant("t"."at") ASC LIMIT 25;
-- timestamp of two columns
SELECT * FROM "t" WHERE rowbridge_instant(COALESCE("t"."changed","t"."at")) > ? AND rowbridge_instant(COALESCE("t"."changed","t"."at")) < ? ORDER BY rowbridge_instant(COALESCE("t"."changed","t"."at")) ASC LIMIT 25;
-- timestamp+incrementing
SELECT * FROM "t" WHERE rowbridge_instant("t"."at") < ? AND ((rowbridge_instant("t"."at") = ? AND "t"."id" > ?) OR rowbridge_instant("t"."at") > ?) ORDER BY rowbridge_instant("t"."at"),"t"."id" ASC LIMIT 25;
-- incrementing without quotes
SELECT * FROM t WHERE t.id > ? ORDER BY t.id ASC LIMIT 25;
-- a query in bulk
SELECT id, at FROM t;
-- a query, incrementing
SELECT id, at FROM t WHERE "id" > ? ORDER BY "id" ASC LIMIT 25;
-- a query, timestamp
SELECT id, at FROM t WHERE rowbridge_instant("at") > ? AND rowbridge_instant("at") < ? ORDER BY rowbridge_instant("at") ASC LIMIT 25;
-- a query, timestamp+incrementing
SELECT id, at FROM t WHERE rowbridge_instant("at") < ? AND ((rowbridge_instant("at") = ? AND "id" > ?) OR rowbridge_instant("at") > ?) ORDER BY rowbridge_instant("at"),"id" ASC LIMIT 25;
-- a query with a condition, incrementing
SELECT * FROM (SELECT id FROM t WHERE id > 0) query_rows WHERE "id" > ? ORDER BY "id" ASC LIMIT 25;
-- columns left out
SELECT "id","at","changed" FROM "t" WHERE "t"."id" > ? ORDER BY "t"."id" ASC LIMIT 25;
-- columns masked
SELECT "id",rowbridge_digest("name",'') AS "name","at",CASE WHEN "changed" IS NULL THEN NULL ELSE 'it''s' END AS "changed" FROM "t" WHERE "t"."id" > ? ORDER BY "t"."id" ASC LIMIT 25;
