select {{ cycler }}
