select {% for key, value in target.items() %}'{{ key }}', {% endfor %}1 as name
