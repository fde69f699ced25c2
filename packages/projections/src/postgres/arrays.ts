/**
 * Columns of many rows as texts of Postgres arrays, for `unnest($1::bigint[], $2::text[])`.
 *
 * A text needs no type of its own, so that a column of nulls and an empty one are as good as any.
 */

export const integers = (values: ReadonlyArray<number | null>): string =>
  `{${values.map((value) => value ?? "NULL").join(",")}}`

export const texts = (values: ReadonlyArray<string | null>): string =>
  `{${values.map((value) => (value === null ? "NULL" : `"${value.replace(/["\\]/g, "\\$&")}"`)).join(",")}}`
