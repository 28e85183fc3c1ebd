select {{ run_started_at is defined }} as x
