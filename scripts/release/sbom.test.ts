import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import { PLATFORMS } from "./platforms.ts";
import { readSbomContent, renderSbom, type SbomContent } from "./sbom.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SCHEMAS = join(ROOT, "node_modules", "@cyclonedx", "cyclonedx-library", "res", "schema");

interface Listed {
  readonly type: string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Listing {
  readonly metadata: { readonly component: Listed };
  readonly components: readonly Listed[];
}

const SECONDS = 1_795_000_000;

const readJson = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), "utf8"));

/** What CycloneDX's own schema finds wrong. */
function problemsOf(bom: string): unknown {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  for (const format of ["iri-reference", "idn-email"]) ajv.addFormat(format, true);
  for (const name of ["spdx", "jsf-0.82", "cryptography-defs"].map((name) => `${name}.SNAPSHOT.schema.json`)) {
    ajv.addSchema(readJson(SCHEMAS, name) as object, `http://cyclonedx.org/schema/${name}`);
  }
  const isValid = ajv.compile(readJson(SCHEMAS, "bom-1.6.SNAPSHOT.schema.json") as object);
  return isValid(JSON.parse(bom)) ? undefined : isValid.errors;
}

/** `name@version` of the package that a bundled file belongs to, by the manifests above it. */
function ownerOf(file: string): string {
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    const manifest = join(ROOT, folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name, version } = readJson(manifest) as { name?: string; version?: string };
    if (name !== undefined && version !== undefined) return `${name}@${version}`;
  }
  throw new Error(`${file} is in no package`);
}

const labelOf = ({ group, name, version }: Listed): string =>
  `${group === undefined ? "" : `${group}/`}${name}@${version}`;

async function built(): Promise<{ readonly content: SbomContent; readonly text: string; readonly listing: Listing }> {
  const content = { ...(await readSbomContent(ROOT, PLATFORMS)), seconds: SECONDS };
  const text = renderSbom(content);
  return { content, text, listing: JSON.parse(text) as Listing };
}

test("the SBOM conforms to the CycloneDX schema, which rejects a component without a name", async () => {
  const { text } = await built();
  expect(problemsOf(text)).toBeUndefined();
  expect(problemsOf(text.replace('"name": "zod"', '"nickname": "zod"'))).toEqual(
    expect.arrayContaining([expect.objectContaining({ message: "must have required property 'name'" })]),
  );
});

test("the SBOM's libraries are exactly the packages that have files in the bundle", async () => {
  const { listing } = await built();
  const metafile = readJson(ROOT, "dist", "metafile.json") as Record<string, { modules: readonly string[] }>;
  const files = Object.values(metafile).flatMap(({ modules }) => modules);
  const owners = new Set(files.filter((file) => file.startsWith("node_modules/")).map(ownerOf));
  const libraries = listing.components.filter(({ type }) => type === "library").map(labelOf);
  expect(owners.size).toBeGreaterThan(50);
  expect(libraries.toSorted()).toEqual([...owners].toSorted());
});

test("each package has its package URL, its licence and its hash from the lockfile", async () => {
  const { listing } = await built();
  const { packages } = readJson(ROOT, "package-lock.json") as { packages: Record<string, { integrity?: string }> };
  for (const { group, name, version, purl, licenses, hashes } of listing.components) {
    expect(purl).toBe(`pkg:npm/${group === undefined ? "" : `${group.replace("@", "%40")}/`}${name}@${version}`);
    expect(licenses, purl).toEqual([{ license: { id: expect.any(String) } }]);
    expect(hashes, purl).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[\da-f]{128}$/) }]);
  }
  const zod = listing.components.find(({ name }) => name === "zod");
  const written = Buffer.from(zod?.hashes?.[0]?.content ?? "", "hex").toString("base64");
  expect(`sha512-${written}`).toBe(packages["node_modules/zod"]?.integrity);
  expect(listing.components).toContainEqual(
    expect.objectContaining({
      name: "chalk",
      licenses: [{ license: { id: "MIT" } }],
      externalReferences: [{ type: "vcs", url: "https://github.com/chalk/chalk" }],
    }),
  );
});

test("the SBOM has the program, the release time and the Nodes of the archives", async () => {
  const { listing } = await built();
  const { version } = readJson(ROOT, "package.json") as { version: string };
  expect(listing.metadata).toMatchObject({
    timestamp: new Date(SECONDS * 1000).toISOString(),
    component: { type: "application", name: "clomoctl", version, purl: `pkg:generic/clomoctl@${version}` },
  });
  const nodes = listing.components.filter(({ type }) => type === "platform").map(({ name }) => name);
  expect(nodes.toSorted()).toEqual(PLATFORMS.map(({ node }) => node).toSorted());
});

test("the same content in any order gives the same bytes, and each package appears once", async () => {
  const { content, text } = await built();
  const { libraries, nodes } = content;
  expect(renderSbom(content)).toBe(text);
  const twice = [...libraries.toReversed(), ...libraries];
  expect(renderSbom({ ...content, libraries: twice, nodes: nodes.toReversed() })).toBe(text);
});

test("a licence can be an expression, and an unknown licence is left out", async () => {
  const { content } = await built();
  const libraries = [
    { name: "both", version: "1.0.0", license: "(MIT OR CC0-1.0)" },
    { name: "bare", version: "1.0.0" },
  ];
  const text = renderSbom({ ...content, libraries, nodes: [] });
  expect(problemsOf(text)).toBeUndefined();
  expect((JSON.parse(text) as Listing).components).toEqual([
    { type: "library", name: "bare", version: "1.0.0", purl: "pkg:npm/bare@1.0.0", "bom-ref": "pkg:npm/bare@1.0.0" },
    expect.objectContaining({ name: "both", licenses: [{ expression: "(MIT OR CC0-1.0)" }] }),
  ]);
});
