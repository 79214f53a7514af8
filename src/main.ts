#!/usr/bin/env node
/**
 * The command line: the subcommands and their flags, and what every failure looks like (one sentence, an exit code).
 * Each command's work is loaded only when it is asked for, so that `--help` answers at once.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT_CODES, messageOf, UserError } from './base/errors.ts';
import { notify, setQuiet } from './base/log.ts';
import { addFeedbackFlags } from './commands/feedback-options.ts';
import { addMachineFlags, addModelFlags } from './commands/model-options.ts';
import { addStageFlags } from './commands/stage-options.ts';
import { checkPromptLength, collectStem, collectText, integerOption, longSeedOption, numberOption, oneOf, parseSize, seedOption as readSeed } from './commands/options.ts';

/** Exit code for a fault of the program itself. */
const BUG_EXIT_CODE = 1;

const seedOption = readSeed('--seed', 2 ** 31 - 1);
/** Seeds of single pictures are those of other tools. */
const pictureSeed = longSeedOption('--seed');
const walkSeed = readSeed('--seed');
const secondsOption = (name: string): ((text: string) => number) => numberOption(name, 0, 86_400, 's');
const portOption = (name: string): ((text: string) => number) => integerOption(name, 0, 65_535);

const DRAWING_COMMANDS: readonly string[] = ['play', 'render', 'image', 'walk'];
const STAGE_COMMANDS: readonly string[] = ['play', 'render'];
const FEEDBACK_COMMANDS: readonly string[] = ['play', 'render', 'walk'];

function buildProgram(): Command {
  const program = new Command('latentbeat')
    .description('Music in, a walk through the latent space of an image model out: on stage and on file.')
    .version(readVersion())
    .option('-q, --quiet', 'say only what went wrong')
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', (_, command) => setQuiet(program.opts()['quiet'] === true || command.opts()['json'] === '-'));
  addShowCommands(program);
  addFileCommands(program);
  addModelCommands(program);
  addMachineCommands(program);
  for (const command of program.commands) if (DRAWING_COMMANDS.includes(command.name())) addModelFlags(command);
  for (const command of program.commands) if (STAGE_COMMANDS.includes(command.name())) addStageFlags(command);
  for (const command of program.commands) if (FEEDBACK_COMMANDS.includes(command.name())) addFeedbackFlags(command);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((child) => child.commands)]) {
    command.exitOverride().configureOutput({ outputError: () => undefined });
  }
  return program;
}

function addShowCommands(program: Command): void {
  program.command('play').argument('[track]', 'a song or a *.show.json; the demo track where none is given')
    .description('start the server and open the stage in the browser')
    .option('--input <source>', 'listen instead of playing a file: live', oneOf('--input', ['live']))
    .option('--device <name>', "with --input live: a sound input of this machine (doctor lists them) instead of a page's")
    .option('--prompt <text>', 'a waypoint of the walk; may be given several times', collectText, [])
    .option('--preset <name>', 'a preset by name, or a preset file')
    .option('--model <dir>', "a model folder, or a pulled model's name, instead of the embedded model")
    .option('--seed <n>', 'seed of the walk', seedOption)
    .option('--stem <name=file>', 'a part of the mix as a file of its own, such as drums=drums.wav; may be given several times', collectStem, [])
    .option('--lyrics <file>', 'timed lyrics or subtitles (.lrc, .srt, .vtt), whose lines become the prompts')
    .option('--port <n>', 'port of pages and API', portOption('--port'), 4040)
    .option('--osc-port <n>', 'UDP and TCP port of OSC', portOption('--osc-port'), 9000)
    .option('--oscquery-port <n>', 'port of the OSCQuery tree', portOption('--oscquery-port'), 4041)
    .option('--lan', 'also for the local network: prints an address with a token, and a code for phones')
    .option('--osc-allow <address>', 'with --lan: an address or subnet that may send OSC; may be given several times', collectText, [])
    .option('--display <n>', 'open the stage full screen on this display', integerOption('--display', 1, 16))
    .option('--clock <source>', 'run without a page that plays sound: free', oneOf('--clock', ['free']))
    .option('--fresh', 'begin anew where the same show was cut off before')
    .option('--no-record', 'do not keep the sound of a live input (it is kept until the show ends, so that a performance can be saved and rendered)')
    .option('--no-open', 'do not open a browser')
    .action(async (track, options) => (await import('./commands/play.ts')).playCommand(track, options));
  program.command('render').argument('<track>', 'a song or a *.show.json')
    .description('make the music video, with the original sound')
    .option('--out <file>', 'the video: .mp4 or .webm')
    .option('--prompt <text>', 'a waypoint of the walk; may be given several times', collectText, [])
    .option('--preset <name>', 'a preset by name, or a preset file')
    .option('--size <WxH>', 'width and height in pixels', (text) => parseSize('--size', text))
    .option('--fps <n>', 'frames a second', numberOption('--fps', 1, 120))
    .option('--from <s>', 'start at this second of the track', secondsOption('--from'))
    .option('--to <s>', 'end at this second of the track', secondsOption('--to'))
    .option('--seed <n>', 'seed of the walk', seedOption)
    .option('--stem <name=file>', 'a part of the mix as a file of its own, such as drums=drums.wav; may be given several times', collectStem, [])
    .option('--lyrics <file>', 'timed lyrics or subtitles (.lrc, .srt, .vtt), whose lines become the prompts')
    .option('--model <dir>', "a model folder, or a pulled model's name, instead of the embedded model")
    .option('--as-played', 'keep what the governor did when the machine was slow')
    .option('--draft', '20 s around the first drop or chorus, small')
    .option('--plain', 'no look effects, no browser')
    .option('--estimate', 'time a few frames and say how long it would take')
    .option('--force', 'overwrite the output')
    .option('--json-progress', 'progress as one line of JSON at a time on standard output')
    .action(async (track, options) => (await import('./commands/render.ts')).renderCommand(track, options));
}

function addFileCommands(program: Command): void {
  program.command('analyze').argument('<track>', 'a song')
    .description('beats, downbeats, sections, events and curves of a track')
    .option('--json <file>', 'write the result here; - for standard output')
    .option('--plot <file>', 'draw it as a PNG')
    .option('--click <file>', 'write the track with clicks on its beats as a WAV')
    .option('--causal', 'the live tracker over the file, with no look-ahead')
    .option('--bpm <n>', 'the tempo, where it was heard wrong', numberOption('--bpm', 20, 400, 'BPM'))
    .option('--downbeat <s>', 'the time of a downbeat', secondsOption('--downbeat'))
    .option('--beats <file>', 'beat times, one a line, with the position in the bar after it if known')
    .option('--stem <name=file>', 'a part of the mix as a file of its own, such as drums=drums.wav; may be given several times', collectStem, [])
    .option('--lyrics <file>', 'timed lyrics or subtitles (.lrc, .srt, .vtt)')
    .action(async (track, options) => (await import('./commands/analyze.ts')).analyzeCommand(track, options));
  program.command('image')
    .description('one picture')
    .requiredOption('--prompt <text>', 'what to draw', checkPromptLength)
    .requiredOption('--out <file>', 'the PNG to write')
    .option('--seed <n>', 'seed of the noise, up to 2^64 − 1', pictureSeed, 0)
    .option('--steps <n>', 'denoising steps', integerOption('--steps', 1, 200))
    .option('--guidance <n>', 'how strictly to follow the prompt', numberOption('--guidance', 0, 30))
    .option('--size <WxH>', 'width and height in pixels', (text) => parseSize('--size', text))
    .option('--init <image>', 'a picture to start from')
    .option('--strength <n>', 'how far to go from it: 0 keeps it, 1 forgets it', numberOption('--strength', 0, 1))
    .option('--model <dir>', "a model folder, or a pulled model's name, instead of the embedded model")
    .option('--force', 'overwrite the output')
    .action(async (options) => (await import('./commands/image.ts')).image({ force: false, ...options }));
  program.command('walk')
    .description('a walk without music: pictures, and how far apart neighbours are')
    .option('--prompt <text>', 'a waypoint; at least two, or two seeds', collectText, [])
    .option('--seed <n>', 'seed of each waypoint in turn; may be given several times', (text, before: number[]) => [...before, walkSeed(text)], [] as number[])
    .requiredOption('--frames <n>', 'pictures from start to end', integerOption('--frames', 2, 3000))
    .requiredOption('--out <path>', 'a folder for the frames, or one contact sheet (.png)')
    .option('--steps <n>', 'denoising steps', integerOption('--steps', 1, 200))
    .option('--guidance <n>', 'how strictly to follow the prompt', numberOption('--guidance', 0, 30))
    .option('--size <WxH>', 'width and height in pixels', (text) => parseSize('--size', text))
    .option('--uniform', 'switch step sizing off')
    .option('--model <dir>', "a model folder, or a pulled model's name, instead of the embedded model")
    .option('--force', 'overwrite the output')
    .action(async (options) => (await import('./commands/walk.ts')).walkCommand(options));
}

function addModelCommands(program: Command): void {
  const models = program.command('models').description('the image models on this machine');
  models.command('list').description('what is there')
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/models.ts')).listModels({ json: options.json === true }));
  models.command('check').argument('<dir>', 'a model folder').description('whether a model folder is sound')
    .option('--json', 'as JSON')
    .action(async (folder, options) => (await import('./commands/models.ts')).checkModel(folder, { json: options.json === true }));
  models.command('pull').argument('<id>', 'OWNER/NAME on the hub; see models list').description('fetch a model; the same command goes on where it stopped')
    .option('--out <dir>', 'the folder it becomes; default: among the models of this machine')
    .option('--hub <url>', 'a mirror of the hub')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--with <part>', 'fetch this part too: vae_encoder (for --init), safety_checker, feature_extractor; may be given several times', (text, before: string[]) => [...before, text], [] as string[])
    .action(async (id, options) => (await import('./commands/models-pull.ts')).pullCommand(id, options));
  const bench = models.command('bench').argument('[dir]', 'a model folder; the embedded model where none is given').description('how fast it runs here')
    .option('--json <file>', 'write the figures here; - for standard output')
    .option('--pictures <n>', 'pictures measured', integerOption('--pictures', 1, 1000))
    .option('--batches', 'try larger batches too and name the fastest')
    .action(async (folder, options) => (await import('./commands/models.ts')).benchModel(folder, options));
  addMachineFlags(bench);
}

function addMachineCommands(program: Command): void {
  program.command('bench').argument('[name]', 'the benches whose name holds this; all where none is given')
    .description('the figures of test/bench')
    .option('--json <file>', 'write all figures here')
    .option('--only <name>', 'the benches whose name holds this; beside a name, its sections (comma-separated)')
    .action(async (name, options) => (await import('./commands/bench.ts')).benchCommand(name, options));
  program.command('doctor')
    .description('what this machine has: providers, GPU, browser, ports, disk, sound')
    .action(async () => (await import('./commands/doctor.ts')).doctorCommand());
  program.command('docs', { hidden: true })
    .description('write docs/parameters.md from the parameter table')
    .action(async () => (await import('./commands/docs.ts')).docsCommand());
}

function readVersion(): string {
  const about = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return about.version;
}

/** Says what went wrong on one line of stderr; returns the exit code. */
function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return reportUsage(thrown);
  if (thrown instanceof UserError) {
    notify('error', oneLine(thrown.message));
    return thrown.exitCode;
  }
  notify('error', `this is a bug in latentbeat: ${oneLine(messageOf(thrown))} (LATENTBEAT_DEBUG=1 shows where)`);
  if (process.env['LATENTBEAT_DEBUG'] !== undefined && thrown instanceof Error) notify('error', thrown.stack ?? '');
  return BUG_EXIT_CODE;
}

/** Help and version leave through commander's errors too, with code 0. */
function reportUsage(thrown: CommanderError): number {
  if (thrown.exitCode === 0) return 0;
  if (thrown.code === 'commander.help') return EXIT_CODES.usage;
  notify('error', `${oneLine(thrown.message.replace(/^error: /, ''))}; see latentbeat --help.`);
  return EXIT_CODES.usage;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

try {
  await buildProgram().parseAsync();
} catch (thrown) {
  process.exit(report(thrown));
}
