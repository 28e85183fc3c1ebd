// What a Go service does with Materialize, through pgx: it prints a line for each thing that holds.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func must(what string, ok bool, err error) {
	if err != nil || !ok {
		fmt.Printf("FAILED  %s: %v\n", what, err)
		return
	}
	fmt.Printf("ok      %s\n", what)
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return fmt.Sprint(err)
}

func main() {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	conn, err := pgx.Connect(ctx, os.Args[1])
	must("connect", err == nil, err)
	defer conn.Close(ctx)

	var name string
	var n int64
	err = conn.QueryRow(ctx, "SELECT name, cents FROM shop.items WHERE id = $1 AND name <> $2", int32(2), "tea").Scan(&name, &n)
	must("a prepared statement with parameters", name == "cup" && n == 1250, err)

	var at time.Time
	var flag bool
	var list []string
	err = conn.QueryRow(ctx, "SELECT $1::timestamptz, $2::bool, $3::text[]", time.Unix(1700000000, 0), true, []string{"a", "b"}).Scan(&at, &flag, &list)
	must("values of several types", err == nil && at.Unix() == 1700000000 && flag && len(list) == 2, err)

	rows, err := conn.Query(ctx, "SELECT id FROM shop.items ORDER BY id")
	ids, err2 := pgx.CollectRows(rows, pgx.RowTo[int32])
	must("rows", err == nil && len(ids) == 3 && ids[2] == 3, err2)

	tx, err := conn.Begin(ctx)
	if err == nil {
		_, err = tx.Exec(ctx, "INSERT INTO shop.items VALUES (9, 'lost', 1)")
		tx.Rollback(ctx)
	}
	err2 = conn.QueryRow(ctx, "SELECT count(*) FROM shop.items").Scan(&n)
	must("a transaction that is rolled back", n == 3 && err2 == nil, err)

	batch := &pgx.Batch{}
	batch.Queue("SELECT 1")
	batch.Queue("SELECT count(*) FROM shop.items")
	results := conn.SendBatch(ctx, batch)
	err = results.QueryRow().Scan(&n)
	err2 = results.QueryRow().Scan(&n)
	results.Close()
	must("a pipeline", n == 3 && err == nil, err2)

	_, err = conn.Exec(ctx, "SELECT * FROM shop.nothing")
	must("an error with its code", code(err) == "XX000", err2)

	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	_, err = conn.Exec(short, "SUBSCRIBE (SELECT * FROM shop.items)", pgx.QueryExecModeSimpleProtocol)
	cancel()
	must("a query that is cancelled", err != nil, nil)
}
