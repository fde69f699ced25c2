/** Reading what `/metrics` shows: which metrics there are, not their values. */

export interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
  /** Seen on its figures, but for `le`. */
  readonly labels: ReadonlySet<string>
}

export const metricsIn = (scrape: string): ReadonlyMap<string, Metric> => {
  const found = new Map<string, { name: string; type: string; help: string; labels: Set<string> }>()
  for (const [, name = "", help = ""] of scrape.matchAll(/^# HELP (\S+) (.*)$/gm))
    found.set(name, { name, help, type: "", labels: new Set() })
  for (const [, name = "", type = ""] of scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    found.get(name)!.type = type
  for (const [, figure = "", labels = ""] of scrape.matchAll(/^([a-z][a-z0-9_]*)\{([^}]*)\} /gm)) {
    const metric = found.get(figure) ?? found.get(familyOf(figure))
    for (const [, label = ""] of labels.matchAll(/([a-z]+)="/g)) if (label !== "le") metric?.labels.add(label)
  }
  return found
}

/** The histogram that a figure belongs to. */
export const familyOf = (figure: string): string => figure.replace(/_(?:bucket|sum|count)$/, "")

/** What queries ask for: metrics of the product, and what rules recorded. */
export const namesIn = (queries: string): ReadonlySet<string> =>
  new Set([...queries.matchAll(/\bparley[_:][a-z0-9_:]+/g)].map(([name]) => name))
