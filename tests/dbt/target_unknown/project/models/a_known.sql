select '{{ target.schema }}{{ target.pass }}{{ target.get('database') }}{{ target.threads }}{{ target is mapping }}{{ target.nope is defined }}' as name
