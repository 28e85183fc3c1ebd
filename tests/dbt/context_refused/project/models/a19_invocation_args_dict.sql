select '{{ invocation_args_dict }}' as x
