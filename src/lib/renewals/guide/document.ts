import { text, type Language, type Text } from "../../text/index.ts";
import { html, type Markup } from "../output/markup.ts";
import { pageDocument } from "../output/page/document.ts";
import type { Guide, Step } from "./index.ts";

/** The forms a guide can be written in. */
export const DOCUMENT_FORMS = ["text", "markdown", "html"] as const;

type DocumentForm = (typeof DOCUMENT_FORMS)[number];

/** What a document shows of a guide. */
type Shown = Pick<Guide, "title" | "facts" | "steps">;

const TRAP = text("Careful", "注意");
const CHECK = text("Then", "確認");
const WHERE = text("Where", "画面");

/** The lines below a step's own. */
const below = ({ where, trap, check }: Step): readonly (readonly [Text, Text])[] => [
  ...(where === undefined ? [] : [[WHERE, where] as const]),
  ...(trap === undefined ? [] : [[TRAP, trap] as const]),
  ...(check === undefined ? [] : [[CHECK, check] as const]),
];

/** A step for a terminal: its number, what to do, and the lines below it, indented. */
export function stepLines(step: Step, number: number, language: Language): readonly string[] {
  const lead = `${number}. `;
  const indent = " ".repeat(lead.length);
  return [
    `${lead}${step.what[language]}`,
    ...below(step).map(([label, line]) => `${indent}${label[language]}: ${line[language]}`),
  ];
}

/** Steps that stand under one heading, numbered for themselves. */
interface Part {
  readonly under: Text | undefined;
  readonly steps: Step[];
}

const partsOf = (steps: readonly Step[]): readonly Part[] => {
  const parts: Part[] = [];
  for (const step of steps) {
    const last = parts.at(-1);
    if (last !== undefined && last.under?.en === step.under?.en) last.steps.push(step);
    else parts.push({ under: step.under, steps: [step] });
  }
  return parts;
};

/** The guide as plain text. */
const guideText = ({ title, facts, steps }: Shown, language: Language): string =>
  [
    title[language],
    "",
    ...facts.map(([label, value]) => `  ${label[language]}: ${value[language]}`),
    ...(facts.length > 0 ? [""] : []),
    ...partsOf(steps).flatMap(({ under, steps: own }) => [
      ...(under === undefined ? [] : [under[language], ""]),
      ...own.flatMap((step, index) => [...stepLines(step, index + 1, language), ""]),
    ]),
  ]
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join("");

/** A text as Markdown, in one line: what it holds is not read as marks. */
export const plainMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

/** The guide as Markdown, with a box to tick at each step. */
const guideMarkdown = ({ title, facts, steps }: Shown, language: Language): string =>
  [
    `# ${plainMarkdown(title[language])}`,
    "",
    ...facts.map(([label, value]) => `- ${label[language]}: ${plainMarkdown(value[language])}`),
    ...(facts.length > 0 ? [""] : []),
    ...partsOf(steps).flatMap(({ under, steps: own }, at) => [
      ...(under === undefined ? [] : [...(at === 0 ? [] : [""]), `## ${plainMarkdown(under[language])}`, ""]),
      ...own.flatMap((step, index) => [
        `${index + 1}. [ ] ${plainMarkdown(step.what[language])}`,
        ...below(step).map(([label, line]) => `    - **${label[language]}**: ${plainMarkdown(line[language])}`),
      ]),
    ]),
    "",
  ].join("\n");

const STYLE = `
body{max-width:48rem;line-height:1.6;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}
dt{font-weight:bold}
dd{margin:0}
ol{padding-left:2.2rem}
li{margin:0 0 1.2rem;break-inside:avoid}
li p{margin:0 0 .3rem}
h2{font-size:1.15rem;break-after:avoid}
li p::before{content:"☐ "}
.below{display:block}
.trap{border-left:.25rem solid var(--critical);padding-left:.6rem}
@page{size:A4 portrait}
@media print{body{font-size:10.5pt}}
`;

const stepMarkup = (step: Step, language: Language): Markup =>
  html`<li id="${step.id}">
    <p>${step.what[language]}</p>
    ${below(step).map(
      ([label, line]) =>
        html`<span class="below${label === TRAP ? " trap" : ""}"><b>${label[language]}:</b> ${line[language]}</span> `,
    )}
  </li> `;

/** The guide as a page to print: whole in itself, without scripts. */
const guidePage = ({ title, facts, steps }: Shown, language: Language): string =>
  pageDocument({
    language,
    title: title[language],
    style: STYLE,
    header: html`<h1>${title[language]}</h1>
      <dl>
        ${facts.map(
          ([label, value]) =>
            html`<dt>${label[language]}</dt>
              <dd>${value[language]}</dd> `,
        )}
      </dl>`,
    main: html`${partsOf(steps).map(
      ({ under, steps: own }) =>
        html`${under === undefined ? "" : html`<h2>${under[language]}</h2> `}
          <ol>
            ${own.map((step) => stepMarkup(step, language))}
          </ol> `,
    )}`,
  });

/** How each form is written. */
export const WRITERS: Readonly<Record<DocumentForm, (guide: Shown, language: Language) => string>> = {
  text: guideText,
  markdown: guideMarkdown,
  html: guidePage,
};
