select {% for key in target %}'{{ key }}', {% endfor %}1 as name
