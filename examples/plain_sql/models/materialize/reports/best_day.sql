CREATE VIEW best_day AS
SELECT day, cents FROM sales.daily ORDER BY cents DESC LIMIT 1;
GRANT SELECT ON TABLE best_day TO PUBLIC;
