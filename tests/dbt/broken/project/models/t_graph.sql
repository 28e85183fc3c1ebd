select {% for n in graph.nodes %}1{% endfor %}
