{% snapshot s %}{% endsnapshot %}
