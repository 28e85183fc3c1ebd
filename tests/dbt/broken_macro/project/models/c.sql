select {{ three() }} {{ two(1) }}
