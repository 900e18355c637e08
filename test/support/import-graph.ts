import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The imports of one source file of the library. */
export interface SourceImports {
  /** Relative to `lib/`. */
  readonly file: string;
  /** Imported files of the library, relative to `lib/`. */
  readonly internal: readonly string[];
  /** Imported packages and Node modules as written: `node:net`, `@nestjs/common`. */
  readonly external: readonly string[];
}

const LIB = path.resolve('lib');

/** Reads every file's `import`, `export … from`, `import()` and `require()`, those of types included. */
export function readImportGraph(): SourceImports[] {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  return files.filter((file) => file.endsWith('.ts')).map(readImports);
}

function readImports(file: string): SourceImports {
  const { importedFiles } = ts.preProcessFile(readFileSync(path.join(LIB, file), 'utf8'), true, true);
  const specifiers = importedFiles.map(({ fileName }) => fileName);
  const isInternal = (specifier: string) => specifier.startsWith('.');
  const resolve = (specifier: string) =>
    path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
  return {
    file,
    internal: specifiers.filter(isInternal).map(resolve),
    external: specifiers.filter((specifier) => !isInternal(specifier)),
  };
}

/** One chain of files that import each other in a circle (`a.ts`, `b.ts`, `a.ts`), or undefined. */
export function findCycle(graph: readonly SourceImports[]): string[] | undefined {
  const imports = new Map(graph.map(({ file, internal }) => [file, internal]));
  const finished = new Set<string>();
  const visit = (file: string, chain: readonly string[]): string[] | undefined => {
    if (chain.includes(file)) return [...chain.slice(chain.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next, [...chain, file]);
      if (cycle) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const { file } of graph) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}
