import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { same, text, type Language } from "../text/index.ts";
import type { Document } from "./blocks.ts";
import { renderDocument, renderMail } from "./index.ts";
import { renderPage } from "./page.ts";

const TITLE = text("Everything", "すべて");

const documentOf = (value: (block: string) => string): Document => ({
  title: TITLE,
  intro: [{ kind: "paragraph", words: value("paragraph") }],
  sections: [
    {
      title: value("section"),
      blocks: [
        { kind: "facts", rows: [[same("one"), value("fact")]] },
        {
          kind: "steps",
          steps: [{ what: same("sign in"), below: [{ label: same("Careful"), words: same("once") }] }],
        },
      ],
    },
  ],
});

const writePage = (value: (block: string) => string, language: Language): string =>
  renderPage(
    {
      title: TITLE,
      subject: value("paragraph"),
      asOf: "2026-11-20",
      sections: [
        {
          id: "all",
          title: same("one"),
          blocks: [
            { kind: "facts", rows: [[same("Careful"), value("fact")]] },
            { kind: "table", caption: same("sign in"), head: [same("once")], rows: [[value("section")]] },
          ],
        },
      ],
    },
    language,
  );

test.each([
  [true, "ol"],
  [undefined, "ul"],
] as const)("a page numbers the items of a list only if their order matters: %s", (isNumbered, tag) => {
  const items = [{ id: "step", words: same("sign in"), next: null }];
  const section = { id: "all", title: TITLE, blocks: [{ kind: "list", items, isNumbered } as const] };
  const written = renderPage({ title: TITLE, subject: "a", asOf: "2026-11-20", sections: [section] }, "en");
  expect(written.match(/<[ou]l>/g)).toEqual([`<${tag}>`]);
});

/** A form in which people get a document, and what a hostile value would be in it, if it were no plain words. */
const FORMS = [
  {
    form: "text",
    write: (value: (block: string) => string, language: Language) => renderDocument(documentOf(value), language),
    markup: /\t/,
  },
  {
    form: "a mail",
    write: (value: (block: string) => string, language: Language) => {
      const { title, intro, sections } = documentOf(value);
      const blocks = [
        ...intro,
        ...sections.flatMap((one) => [{ kind: "paragraph", words: one.title } as const, ...one.blocks]),
      ];
      const { subject, text: words } = renderMail({ title, blocks }, language);
      return `${subject}\n${words}`;
    },
    markup: /\t/,
  },
  { form: "a page", write: writePage, markup: /<b>\*/ },
];

describe.each(FORMS)("as $form", ({ write, markup }) => {
  test("contains every block completely, in both languages", () => {
    for (const language of ["en", "ja"] as const) {
      const written = write((name) => `value-of-${name}`, language).replaceAll("<wbr>", "");
      for (const name of ["paragraph", "fact", "section"]) expect(written, name).toContain(`value-of-${name}`);
      for (const words of [TITLE[language], "one", "sign in", "Careful", "once"]) expect(written).toContain(words);
    }
  });

  test("external values break no line, hide nothing and are not markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (drawn) => {
        const hostile = `\u202e</td>\n<b>*a*|[b](c)</b>\u0007${drawn.replaceAll(/[<>]/g, "")}`;
        const written = write(() => hostile, "en");
        expect(written).not.toMatch(/[\u202e\u0007]/);
        expect(written).not.toMatch(markup);
        // a value that is long enough to be broken, as this one is
        expect(written.split("\n")).toHaveLength(write(() => "value of a length", "en").split("\n").length);
      }),
    );
  });
});
