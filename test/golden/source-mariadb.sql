-- bulk
SELECT * FROM `db`.`t`;
-- bulk with a suffix
SELECT * FROM `db`.`t` /* last */;
-- incrementing
SELECT * FROM `db`.`t` WHERE `db`.`t`.`id` > ? ORDER BY `db`.`t`.`id` ASC LIMIT 25;
-- incrementing with a suffix
SELECT * FROM `db`.`t` WHERE `db`.`t`.`id` > ? ORDER BY `db`.`t`.`id` ASC /* last */;
-- timestamp
SELECT * FROM `db`.`t` WHERE `db`.`t`.`at` > ? AND `db`.`t`.`at` < ? ORDER BY `db`.`t`.`at` ASC LIMIT 25;
-- timestamp of two columns
SELECT * FROM `db`.`t` WHERE COALESCE(`db`.`t`.`changed`,`db`.`t`.`at`) > ? AND COALESCE(`db`.`t`.`changed`,`db`.`t`.`at`) < ? ORDER BY COALESCE(`db`.`t`.`changed`,`db`.`t`.`at`) ASC LIMIT 25;
-- timestamp+incrementing
SELECT * FROM `db`.`t` WHERE `db`.`t`.`at` < ? AND ((`db`.`t`.`at` = ? AND `db`.`t`.`id` > ?) OR `db`.`t`.`at` > ?) ORDER BY `db`.`t`.`at`,`db`.`t`.`id` ASC LIMIT 25;
-- incrementing without quotes
SELECT * FROM db.t WHERE db.t.id > ? ORDER BY db.t.id ASC LIMIT 25;
-- a query in bulk
SELECT id, at FROM t;
-- a query, incrementing
SELECT id, at FROM t WHERE `id` > ? ORDER BY `id` ASC LIMIT 25;
-- a query, timestamp
SELECT id, at FROM t WHERE `at` > ? AND `at` < ? ORDER BY `at` ASC LIMIT 25;
-- a query, timestamp+incrementing
SELECT id, at FROM t WHERE `at` < ? AND ((`at` = ? AND `id` > ?) OR `at` > ?) ORDER BY `at`,`id` ASC LIMIT 25;
-- a query with a condition, incrementing
SELECT * FROM (SELECT id FROM t WHERE id > 0) query_rows WHERE `id` > ? ORDER BY `id` ASC LIMIT 25;
-- columns left out
SELECT `id`,`at`,`changed` FROM `db`.`t` WHERE `db`.`t`.`id` > ? ORDER BY `db`.`t`.`id` ASC LIMIT 25;
-- columns masked
SELECT `id`,SHA2(CONVERT(`name` USING utf8mb4),256) AS `name`,`at`,CASE WHEN `changed` IS NULL THEN NULL ELSE 'it''s' END AS `changed` FROM `db`.`t` WHERE `db`.`t`.`id` > ? ORDER BY `db`.`t`.`id` ASC LIMIT 25;
