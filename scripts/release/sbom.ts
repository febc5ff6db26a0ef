import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ComponentType, ExternalReferenceType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
  LicenseExpression,
  LicenseRepository,
  Metadata,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneDxJson, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { isSupportedSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { bundledPackages, type BundledPackage } from "../bundled-packages.ts";
import { lockedPackage, readLockfile } from "./lockfile.ts";
import type { Platform } from "./platforms.ts";

/** A package of npm as the SBOM lists it. */
export interface SbomPackage extends Omit<BundledPackage, "folder"> {
  /** the hash of its `.tgz` as npm writes it; undefined if the lockfile has none */
  readonly integrity?: string | undefined;
}

/** The program, and what its archives contain. */
export interface SbomContent {
  readonly program: SbomPackage;
  /** packages whose files are in the bundle */
  readonly libraries: readonly SbomPackage[];
  /** packages of Node that the archives bring along */
  readonly nodes: readonly SbomPackage[];
  /** seconds since 1970 */
  readonly seconds: number;
}

/** What a build lists of each file that it made. */
type Metafile = Readonly<Record<string, { readonly modules: readonly string[] }>>;

/**
 * Reads what a release contains.
 *
 * @param root the checkout, built
 */
export async function readSbomContent(
  root: string,
  platforms: readonly Platform[],
): Promise<Omit<SbomContent, "seconds">> {
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(root, file), "utf8"));
  const lockfile = await readLockfile(root);
  const chunks = Object.values((await read("dist/metafile.json")) as Metafile);
  const bundled = await bundledPackages(
    root,
    chunks.flatMap(({ modules }) => modules),
  );
  const { name, version, license } = (await read("package.json")) as Omit<SbomPackage, "source" | "integrity">;
  return {
    program: { name, version, license },
    libraries: bundled.map((one) => ({ ...one, integrity: lockfile[one.folder]?.integrity })),
    nodes: platforms.map(({ node }) => ({ name: node, ...lockedPackage(lockfile, node) })),
  };
}

/** @see https://github.com/package-url/purl-spec */
const purlOf = ({ name, version }: SbomPackage): string => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

const licenceOf = (license: string): SpdxLicense | LicenseExpression =>
  isSupportedSpdxId(license) ? new SpdxLicense(license) : new LicenseExpression(license);

/** The hash of the package's `.tgz`, in hexadecimal digits as CycloneDX has it. */
const hashOf = (integrity: string): readonly [HashAlgorithm, string] => [
  HashAlgorithm["SHA-512"],
  Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex"),
];

function component(type: ComponentType, one: SbomPackage, purl = purlOf(one)): Component {
  const [, group, name = one.name] = /^(@[^/]+)\/(.*)$/.exec(one.name) ?? [];
  const { version, license, source, integrity } = one;
  const sources = source === undefined ? [] : [new ExternalReference(source, ExternalReferenceType.VCS)];
  return new Component(type, name, {
    ...(group === undefined ? {} : { group }),
    version,
    // without one the library makes it of random numbers
    bomRef: purl,
    purl,
    licenses: new LicenseRepository(license === undefined ? [] : [licenceOf(license)]),
    hashes: new HashDictionary(integrity === undefined ? [] : [hashOf(integrity)]),
    externalReferences: new ExternalReferenceRepository(sources),
  });
}

/** Each package once, also if several folders have the same version. */
const distinct = (packages: readonly SbomPackage[]): readonly SbomPackage[] =>
  [...Map.groupBy(packages, purlOf).values()].flatMap(([one]) => (one === undefined ? [] : [one]));

/**
 * Returns the software bill of materials as CycloneDX 1.6 in JSON. The same content gives the same bytes.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function sbom({ program, libraries, nodes, seconds }: SbomContent): string {
  const contents = [
    ...distinct(libraries).map((one) => component(ComponentType.Library, one)),
    ...distinct(nodes).map((one) => component(ComponentType.Platform, one)),
  ];
  // clomoctl is not a package of npm
  const itself = component(ComponentType.Application, program, `pkg:generic/${program.name}@${program.version}`);
  const bom = new Bom({ metadata: new Metadata({ component: itself, timestamp: new Date(seconds * 1000) }) });
  for (const one of contents) {
    bom.components.add(one);
    itself.dependencies.add(one.bomRef);
  }
  const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}
