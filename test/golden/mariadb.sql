create table `orders` (`id` BIGINT not null, `a "b``.c` VARCHAR(384) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin not null, `i8` TINYINT not null, `i16` SMALLINT not null, `i32` INT not null, `i64` BIGINT not null, `f32` FLOAT not null, `f64` DOUBLE not null, `flag` TINYINT not null, `s` LONGTEXT CHARACTER SET utf8mb4 not null, `by` LONGBLOB not null, `dec` DECIMAL(65,2) not null, `day` DATE not null, `clock` TIME(3) not null, `ts` DATETIME(3) not null, `s_default` LONGTEXT CHARACTER SET utf8mb4 default ('it''s ? \\ "q"'), `flag_default` TINYINT default 1, `by_default` LONGBLOB default (x'00ff'), `dec_default` DECIMAL(65,2) default 1.50, `day_default` DATE default '2024-02-29', `ts_default` DATETIME(3) default '2024-02-29 13:14:15.123', primary key (`id`, `a "b``.c`));
alter table `orders` add `x` INT null, add `y` INT null;
INSERT INTO `orders` (`id`,`a "b``.c`,`v`,`n`) VALUES (?,?,?,?),(?,?,?,?);
INSERT INTO `orders` (`id`,`a "b``.c`,`v`,`n`) VALUES (?,?,?,?),(?,?,?,?) ON DUPLICATE KEY UPDATE `v` = VALUES(`v`), `n` = VALUES(`n`);
INSERT INTO `orders` (`id`) VALUES (?),(?) ON DUPLICATE KEY UPDATE `id` = VALUES(`id`);
UPDATE `orders` SET `v` = ?, `n` = ? WHERE `id` = ? AND `a "b``.c` = ?;
DELETE FROM `orders` WHERE (`id` = ? AND `a "b``.c` = ?) OR (`id` = ? AND `a "b``.c` = ?);
DELETE FROM `orders` WHERE `id` IN (?,?);
