// A folder of a file system in memory: a commit of SQLite does not wait for the disk there, and PostgreSQL creates a database in half the time.
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';

const SHARED_MEMORY = '/dev/shm';
/** Containers may have 64 MB of shared memory only. The files of a run take up to 1 GB, half of it the write-ahead log of PostgreSQL. */
const NEEDED_BYTES = 2_000_000_000;

/** @returns {string | undefined} a new folder; undefined if the system has no such file system, or too little free space in it */
export function createMemoryFolder() {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    if (bavail * bsize < NEEDED_BYTES) return undefined;
    const folder = mkdtempSync(path.join(SHARED_MEMORY, 'tillhook-test-'));
    // PostgreSQL may run under another account, and has a folder of its own inside.
    chmodSync(folder, 0o711);
    return folder;
  } catch {
    return undefined;
  }
}

/** @param {string | undefined} folder what `createMemoryFolder` returned */
export function removeMemoryFolder(folder) {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
