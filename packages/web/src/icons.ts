/** The few drawings of the page, on a grid of 24. */

const paths = {
  arrowDown: "M12 5v14m-6-6 6 6 6-6",
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7v5l3.5 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  close: "M6 6l12 12M18 6L6 18",
  compose: "M12 5.5v13M5.5 12h13",
  failed: "M12 8v5m0 3v.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  group:
    "M9 11.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5zM3 19c.4-3 2.8-4.75 6-4.75S14.6 16 15 19M16 11.25a2.75 2.75 0 1 0-1.2-5.25M17.5 14.5c2 .5 3.25 2 3.5 4.25",
  leave: "M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M10 12h9.5m-4-4.5L20 12l-4.5 4.5",
  send: "M4.5 12l15-7-5 15-3-6.5z",
  speech:
    "M6 5.5h12A2.5 2.5 0 0 1 20.5 8v7a2.5 2.5 0 0 1-2.5 2.5h-6L7.5 21v-3.5H6A2.5 2.5 0 0 1 3.5 15V8A2.5 2.5 0 0 1 6 5.5z",
} as const

export type IconName = keyof typeof paths

const svg = "http://www.w3.org/2000/svg"

export const icon = (name: IconName): SVGSVGElement => {
  const drawing = document.createElementNS(svg, "svg")
  drawing.setAttribute("viewBox", "0 0 24 24")
  drawing.setAttribute("aria-hidden", "true")
  drawing.setAttribute("class", `icon icon-${name}`)
  const path = document.createElementNS(svg, "path")
  path.setAttribute("d", paths[name])
  drawing.append(path)
  return drawing
}
