select '{{ env }}' as x
