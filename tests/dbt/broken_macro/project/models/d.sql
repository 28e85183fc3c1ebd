select {{ unknown_thing(1) }}
