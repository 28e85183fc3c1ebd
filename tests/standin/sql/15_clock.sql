-- The stand-in's clock: real time, run faster by a factor. Everything that waits in the stand-in (hydration,
-- lag, statuses) waits by this clock, and now() shows it, so that hours pass in seconds.
CREATE FUNCTION standin.now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT clock_scaled + (statement_timestamp() - clock_real) * clock_factor FROM standin.meta $$;


-- 60: a minute passes in a second. The clock never jumps.
CREATE FUNCTION standin_control.set_clock_factor(factor double precision) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE standin.meta SET clock_scaled = clock_scaled + (statement_timestamp() - clock_real) * clock_factor,
                            clock_real = statement_timestamp(), clock_factor = factor;
END
$$;

-- The replicas of today: those of an old shape are gone when the new ones have taken over.
CREATE VIEW standin.replicas AS
SELECT id, name, cluster_id, size, created_at FROM standin.all_replicas WHERE retires_at IS NULL OR retires_at > standin.now();
