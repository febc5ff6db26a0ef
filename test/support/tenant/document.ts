import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Route } from "../../../src/lib/contract/route.ts";

interface DocumentedResponse {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, object>>;
}

interface ApiDocument {
  readonly paths: Readonly<
    Record<string, Record<string, { readonly responses: Readonly<Record<string, DocumentedResponse>> }>>
  >;
  readonly components: { readonly responses: Readonly<Record<string, DocumentedResponse>> };
}

const FILE = join(import.meta.dirname, "..", "..", "..", "docs", "api", "openapi.json");
const BASE = "https://clomoctl.invalid/openapi.json";

const escapePointer = (name: string): string => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));

/** The published API document, which says what responses look like. */
export class PublishedDocument {
  readonly #document = JSON.parse(readFileSync(FILE, "utf8")) as ApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });

  constructor() {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(this.#document, BASE);
  }

  /** Returns what is wrong with a response: an undocumented status or content type, or a body that does not match. */
  async findFaults({ method, path }: Pick<Route, "method" | "path">, response: Response): Promise<readonly string[]> {
    const status = String(response.status);
    const own = this.#document.paths[path]?.[method]?.responses[status];
    if (own === undefined) return [`undocumented status ${status}: ${await response.text()}`];
    const pointer = own.$ref?.slice(1) ?? `/paths/${escapePointer(path)}/${method}/responses/${status}`;
    const documented =
      own.$ref === undefined ? own : this.#document.components.responses[own.$ref.split("/").at(-1) ?? ""];
    const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
    if (documented?.content?.[type] === undefined) return [`undocumented content type ${type} of ${status}`];
    const text = await response.text();
    if (!type.endsWith("json") && type !== "application/x-ndjson") return [];
    const validate = this.#ajv.getSchema(`${BASE}#${pointer}/content/${escapePointer(type)}/schema`);
    if (validate === undefined) throw new TypeError(`no schema for ${method} ${path} ${status}`);
    const values = type === "application/x-ndjson" ? text.split("\n").filter(Boolean) : [text];
    return values.flatMap((value) =>
      validate(JSON.parse(value)) === true
        ? []
        : [`${status}: ${this.#ajv.errorsText(validate.errors)} in ${value.slice(0, 300)}`],
    );
  }
}
