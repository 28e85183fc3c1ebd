select '{{ submit_python_job }}' as x
