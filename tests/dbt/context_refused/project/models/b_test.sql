select {% if graph %}1{% else %}2{% endif %} as x
