select '{{ adapter_macro }}' as x
