export type { ContentWriter } from "./atomic.ts";
export { ensureFolder, freeBytesIn, isFolder, namesIn, ownerOf, syncNames, unwritable } from "./folder.ts";
export type { WrittenFile } from "./folder-in-making.ts";
export { openInput, type InputFile } from "./input.ts";
export { alreadyThere, isStream, Outputs, realNameOf, type Output } from "./outputs.ts";
export { readOwnFile, writeOwnFile } from "./own.ts";
export { systemProcesses, type ProcessTable } from "./processes.ts";
export {
  readChunks,
  readLenientText,
  readNamedFile,
  readNamedText,
  readShort,
  readText,
  unreadable,
  type ReadFile,
} from "./read.ts";
export { scan, type ScannedFile } from "./scan.ts";
export { holdBytes } from "./spool.ts";
export {
  createTemporaryFolder,
  hasCode,
  registeredFiles,
  removeUnfinished,
  sweepTemporaryFiles,
  type TemporaryFolder,
  type TemporaryPlace,
} from "./temporary.ts";
