select {{ lipsum }}
