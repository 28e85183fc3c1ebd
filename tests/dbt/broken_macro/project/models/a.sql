select {{ one() }}
