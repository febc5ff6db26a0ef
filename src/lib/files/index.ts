export type { ContentWriter } from "./atomic.ts";
export {
  ensureFolder,
  getFreeBytes,
  hasContent,
  isFolder,
  isMissingOrEmptyFolder,
  listFileNames,
  removeFile,
  removeSocket,
  shareSocketWithGroup,
  syncFolder,
  createUnwritableFailure,
} from "./folder.ts";
export { openInput, type InputFile, bufferStream, spoolToFile } from "./input.ts";
export { createExistingOutputFailure, isPipeOrDevice, Outputs, resolveRealPath, type Output } from "./outputs.ts";
export { readTrustedFile, writeProgramFile } from "./program-file.ts";
export { createProcessTable, removeUnfinishedPaths, type ProcessTable } from "./processes.ts";
export {
  readChunks,
  readLenientText,
  readNamedFile,
  readSmallFile,
  readText,
  createReadFailure,
  type InputSources,
} from "./read.ts";
export { scanFiles, type ScannedFile } from "./scan.ts";
export { sweepTemporaryFiles, type TemporaryFolder, type TemporaryStorage } from "./temporary.ts";
