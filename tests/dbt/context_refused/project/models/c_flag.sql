select {% if flags.INTROSPECT %}1{% else %}2{% endif %} as x
