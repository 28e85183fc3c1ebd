select {{ nothing.at_all }}
