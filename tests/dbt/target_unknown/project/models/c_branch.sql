select {% if target['user'] == 'me' %}1{% else %}2{% endif %} as name
