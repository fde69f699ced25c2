/** Every cell of the matrix: who asks what, where, and what he is answered. */
import {
  aboutConversations,
  elsewhere,
  insiders,
  outsiders,
  partners,
  type Place,
  type Row,
  rowsOf,
  type Standing,
} from "./table.ts"

export interface Cell {
  readonly row: Row
  readonly place: Place
  readonly who: Standing
  /** A status, `ack`, or `silence`. */
  readonly expected: string
  /** Whose stream grows when it is accepted; `-`: none. */
  readonly grows: string
}

const notIn = (who: (typeof outsiders)[number]): string => (who === "anonymous" ? "401" : "404")

const cellOf = (row: Row, place: Place, who: Standing, answer: string): Cell => {
  const expected = answer.replace("=", "")
  const accepted = expected === "ack" || expected.startsWith("2")
  return { row, place, who, expected, grows: accepted && expected === answer ? row.grows : "-" }
}

const cellsOf = (row: Row): ReadonlyArray<Cell> => {
  const [live = [], archived = [], direct = []] = row.groups
  const columns = (place: Place, people: ReadonlyArray<Standing>, answers: ReadonlyArray<string>) =>
    people.map((who, index) => cellOf(row, place, who, answers[index]!))
  const others = (place: Place, people: ReadonlyArray<(typeof outsiders)[number]>) =>
    people.map((who) => cellOf(row, place, who, notIn(who)))
  const nowhere = (place: Place, people: ReadonlyArray<Standing>) =>
    people.map((who) => cellOf(row, place, who, notIn(who === "anonymous" ? who : "stranger")))
  return [
    ...columns("live group", insiders, live),
    ...others("live group", outsiders),
    ...columns("archived group", insiders, archived),
    ...others("archived group", outsiders),
    ...nowhere("absent group", [...insiders, ...outsiders]),
    // Either side of a block is answered alike.
    ...columns("direct", partners, [...direct, direct[1]!]),
    ...others("direct", ["stranger", "anonymous"]),
    ...nowhere("absent direct", [...partners, "stranger", "anonymous"]),
  ]
}

const everywhere = (row: Row): ReadonlyArray<Cell> => {
  const [[somebody = ""] = [], [anonymous = ""] = []] = row.groups
  return [...insiders, ...outsiders].map((who) =>
    cellOf(row, "live group", who, who === "anonymous" ? anonymous : somebody),
  )
}

export const rows: ReadonlyArray<Row> = [...rowsOf(aboutConversations), ...rowsOf(elsewhere)]

export const cells: ReadonlyArray<Cell> = [
  ...rowsOf(aboutConversations).flatMap(cellsOf),
  ...rowsOf(elsewhere).flatMap(everywhere),
]

/** Nobody else can be shown its scene. */
export const writes = ({ grows }: Cell): boolean => grows !== "-"
