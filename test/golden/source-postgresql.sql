-- bulk
SELECT * FROM "public"."t";
-- bulk with a suffix
SELECT * FROM "public"."t" /* last */;
-- incrementing
SELECT * FROM "public"."t" WHERE "public"."t"."id" > ? ORDER BY "public"."t"."id" ASC LIMIT 25;
-- incrementing with a suffix
SELECT * FROM "public"."t" WHERE "public"."t"."id" > ? ORDER BY "public"."t"."id" ASC /* last */;
-- timestamp
SELECT * FROM "public"."t" WHERE "public"."t"."at" > ? AND "public"."t"."at" < ? ORDER BY "public"."t"."at" ASC LIMIT 25;
-- timestamp of two columns
SELECT * FROM "public"."t" WHERE COALESCE("public"."t"."changed","public"."t"."at") > ? AND COALESCE("public"."t"."changed","public"."t"."at") < ? ORDER BY COALESCE("public"."t"."changed","public"."t"."at") ASC LIMIT 25;
-- timestamp+incrementing
SELECT * FROM "public"."t" WHERE "public"."t"."at" < ? AND (("public"."t"."at" = ? AND "public"."t"."id" > ?) OR "public"."t"."at" > ?) ORDER BY "public"."t"."at","public"."t"."id" ASC LIMIT 25;
-- incrementing without quotes
SELECT * FROM public.t WHERE public.t.id > ? ORDER BY public.t.id ASC LIMIT 25;
-- a query in bulk
SELECT id, at FROM t;
-- a query, incrementing
SELECT id, at FROM t WHERE "id" > ? ORDER BY "id" ASC LIMIT 25;
-- a query, timestamp
SELECT id, at FROM t WHERE "at" > ? AND "at" < ? ORDER BY "at" ASC LIMIT 25;
-- a query, timestamp+incrementing
SELECT id, at FROM t WHERE "at" < ? AND (("at" = ? AND "id" > ?) OR "at" > ?) ORDER BY "at","id" ASC LIMIT 25;
-- a query with a condition, incrementing
SELECT * FROM (SELECT id FROM t WHERE id > 0) query_rows WHERE "id" > ? ORDER BY "id" ASC LIMIT 25;
-- columns left out
SELECT "id","at","changed" FROM "public"."t" WHERE "public"."t"."id" > ? ORDER BY "public"."t"."id" ASC LIMIT 25;
-- columns masked
SELECT "id",encode(sha256(convert_to("name"::text,'UTF8')),'hex') AS "name","at",CASE WHEN "changed" IS NULL THEN NULL ELSE 'it''s' END AS "changed" FROM "public"."t" WHERE "public"."t"."id" > ? ORDER BY "public"."t"."id" ASC LIMIT 25;
