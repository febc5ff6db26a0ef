import fc from "fast-check";
import { expect, it } from "vitest";
import { FORMATS } from "../../lib/derived/formats.ts";
import { parseMapFile } from "../../lib/csv/layout/map-parse.ts";
import { renderMapFile } from "../layouts/verbs.ts";

it("is read back as it was written, whatever its headers are", () => {
  const header = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((value) => value.trim() === value);
  const entry = fc.record({ header, to: fc.constantFrom("氏名", "メールアドレス", null) });
  const entries = fc.uniqueArray(entry, { maxLength: 3, selector: ({ to }) => to, comparator: "IsStrictlyEqual" });
  const unlike = entries.filter(
    (all) => new Set(all.map(({ header: name }) => name.normalize("NFKC").toLowerCase())).size === all.length,
  );
  fc.assert(
    fc.property(unlike, (columns) => {
      const map = parseMapFile(renderMapFile({ columns }, FORMATS.users), FORMATS.users, "map.yaml");
      const fields = new Map([
        ["氏名", "name"],
        ["メールアドレス", "emails"],
      ]);
      expect(map.columns).toEqual(
        columns.map(({ header: name, to }) => ({ header: name, to: to === null ? null : fields.get(to) })),
      );
    }),
  );
});
