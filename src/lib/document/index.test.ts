import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { same, text } from "../text/index.ts";
import type { Block, Document } from "./blocks.ts";
import { DOCUMENT_RENDERERS } from "./index.ts";
import { renderPage } from "./page.ts";
import { renderMail } from "./mail.ts";

const documentOf = (value: (block: string) => string): Document => {
  const blocks: readonly Block[] = [
    { kind: "paragraph", words: value("paragraph") },
    {
      kind: "facts",
      rows: [[same("one"), value("fact")]],
    },
    {
      kind: "table",
      caption: same("A table"),
      head: [same("name"), same("more")],
      rows: [[value("cell"), value("line")]],
    },
    { kind: "list", items: [{ words: value("item"), id: "gap", alarm: same("MISSING"), about: value("about") }] },
    { kind: "note", title: same("A note"), lines: [same("noted")] },
    { kind: "part", id: "part", title: value("part"), about: same("2 gaps"), blocks: [steps] },
  ];
  return {
    title: text("Everything", "すべて"),
    subject: value("subject"),
    asOf: "2026-11-20",
    intro: [],
    hasContents: true,
    sections: [{ id: "all", title: value("section"), blocks }],
    footer: same("sent once"),
  };
};

const steps: Block = {
  kind: "steps",
  steps: [{ id: "a", what: same("sign in"), below: [{ label: same("Careful"), words: same("once"), isTrap: true }] }],
};

const NAMES = "paragraph fact cell line item about part subject section".split(" ");

/** A document in a form in which people get it, and what a hostile value would be there, if it were no plain words. */
const FORMS = [
  { form: "text", write: DOCUMENT_RENDERERS.text, markup: /\t/ },
  { form: "Markdown", write: DOCUMENT_RENDERERS.markdown, markup: /(?<!\\)[*|]a/ },
  { form: "a page", write: renderPage, markup: /<b>\*/ },
  {
    form: "the text of a mail",
    write: (...of: Parameters<typeof renderMail>) => {
      const { subject, text: words } = renderMail(...of);
      return `${subject}\n${words}`;
    },
    markup: /\t/,
  },
];

describe.each(FORMS)("as $form", ({ write, markup }) => {
  test("contains every block completely, in both languages", () => {
    for (const language of ["en", "ja"] as const) {
      const written = write(
        documentOf((name) => `value-of-${name}`),
        language,
      ).replaceAll("<wbr>", "");
      for (const name of NAMES) expect(written, name).toContain(`value-of-${name}`);
      const own = ["A table", "MISSING", "A note", "noted", "2 gaps", "sign in", "Careful", "once", "sent once"];
      for (const words of [...own, "2026-11-20"]) expect(written).toContain(words);
    }
  });

  test("external values break no line, hide nothing and are not markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (drawn) => {
        const hostile = `\u202e</td>\n<b>*a*|[b](c)</b>\u0007${drawn.replaceAll(/[<>]/g, "")}`;
        const written = write(
          documentOf(() => hostile),
          "en",
        );
        expect(written).not.toMatch(/[\u202e\u0007]/);
        expect(written).not.toMatch(markup);
        // a value that is long enough to be broken, as this one is
        const plain = write(
          documentOf(() => "value of a length"),
          "en",
        );
        expect(written.split("\n")).toHaveLength(plain.split("\n").length);
      }),
    );
  });
});

test("only a page with contents lists its sections", () => {
  const page = (hasContents?: true) => renderPage({ ...documentOf((name) => name), hasContents }, "en");
  expect([page(true), page()].map((one) => one.includes('<nav aria-label="Contents">'))).toEqual([true, false]);
});
