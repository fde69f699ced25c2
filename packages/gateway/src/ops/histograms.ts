/** Histograms as `/metrics` shows them: buckets, sum and count, and beside them a gauge of the largest of late. */
import type { Histogram } from "@parley/runtime/telemetry/Histogram"
import type { Figure, Gauge } from "./OpsServer.ts"

type Labelled = readonly [labels: string | undefined, histogram: Histogram]

const figuresOf = ([labels, histogram]: Labelled): ReadonlyArray<Figure> => {
  const { bounds, sum } = histogram
  const cumulated = histogram.cumulated()
  const before = labels === undefined ? "" : `${labels},`
  const rest = labels === undefined ? {} : { labels }
  return [
    ...cumulated.map((value, at): Figure => ({
      suffix: "_bucket",
      labels: `${before}le="${bounds[at] ?? "+Inf"}"`,
      value,
    })),
    { suffix: "_sum", ...rest, value: sum },
    { suffix: "_count", ...rest, value: cumulated.at(-1)! },
  ]
}

export const histogramGauges = (
  name: string,
  help: string,
  read: () => ReadonlyArray<Labelled>,
): ReadonlyArray<Gauge> => [
  { name, help, type: "histogram", read: () => read().flatMap(figuresOf) },
  {
    name: `${name}_max`,
    help: `the largest of the last one to two minutes: ${help}`,
    type: "gauge",
    read: () => {
      const now = performance.now()
      return read().map(([labels, { max }]) => ({
        ...(labels === undefined ? {} : { labels }),
        value: max.read(now),
      }))
    },
  },
]

/** One for each value of a label. */
export const byLabel = (
  label: string,
  histograms: Readonly<Record<string, Histogram>>,
): ReadonlyArray<Labelled> =>
  Object.entries(histograms).map(([value, histogram]) => [`${label}="${value}"`, histogram])
