"""Random scheduler configs run through diffusers, in the format of scheduler_traces.json.

    python fuzz_schedulers.py OUT_DIR [CASES] [SEED] [--compact]
    npm run reference -- OUT_DIR

Every class that latentbeat has, with random spacings, prediction types, sigma spacings, offsets, solver orders, final sigmas,
thresholding, clipping, zero-SNR, betas. Configs that diffusers itself refuses or turns to NaN are left out, and those in which one
unit in the last place of the start and of the last beta moves a sample by more than 2e-5: there float32 itself decides. `--compact` keeps
only checksums of the samples, for the fixture that is committed.
"""

import json
import math
import random
import sys
import warnings

import diffusers
import numpy as np
import torch

warnings.filterwarnings("ignore")
diffusers.utils.logging.set_verbosity(50)

SHAPE = (1, 4, 8, 8)
COUNT = int(np.prod(SHAPE))
INDEX = np.arange(COUNT)
X_INIT = (1.2 * np.sin(0.37 * INDEX + 0.1) + 0.5 * np.cos(1.3 * INDEX)).astype(np.float32)
BIAS = (0.3 * np.cos(0.11 * INDEX) - 0.2 * np.sin(0.53 * INDEX + 0.7)).astype(np.float32)
NOISE = (1.1 * np.cos(0.71 * INDEX + 0.3)).astype(np.float32)

BETAS = [
    {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"},
    {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear"},
    {"beta_schedule": "squaredcos_cap_v2"},
    {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "linear"},
]


def maybe(rng, config, key, values, chance=0.5):
    if rng.random() < chance:
        config[key] = rng.choice(values)


def base(rng, predictions=("epsilon", "v_prediction")):
    config = {"num_train_timesteps": rng.choice([1000, 1000, 1000, 1000, 1100, 500]), **rng.choice(BETAS[:1] * 4 + BETAS[1:])}
    config["prediction_type"] = rng.choice(predictions)
    return config


def spaced(rng, config):
    config["timestep_spacing"] = rng.choice(["linspace", "leading", "trailing"])
    maybe(rng, config, "steps_offset", [0, 1])


def sigma_kind(rng, config, more=()):
    kind = rng.choice(["", "", "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", *more])
    if kind:
        config[kind] = True


def threshold(rng, config, chance=0.2):
    if rng.random() < chance:
        config.update(thresholding=True, sample_max_value=rng.choice([1.0, 0.5, 1.5]), dynamic_thresholding_ratio=rng.choice([0.995, 0.87, 0.7]))


def euler(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config)
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.15)
    maybe(rng, config, "final_sigmas_type", ["zero", "sigma_min"], 0.3)
    maybe(rng, config, "timestep_type", ["continuous"], 0.1)
    maybe(rng, config, "interpolation_type", ["log_linear"], 0.1)
    if rng.random() < 0.15:
        config.update(sigma_min=0.05, sigma_max=10.0)
    return config, {}


def euler_ancestral(rng):
    config = base(rng)
    spaced(rng, config)
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.2)
    return config, {}


def ddim(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    maybe(rng, config, "set_alpha_to_one", [True, False])
    maybe(rng, config, "clip_sample", [True, False], 0.8)
    maybe(rng, config, "clip_sample_range", [0.5, 1.0, 2.0], 0.3)
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.2)
    threshold(rng, config)
    return config, {"eta": rng.choice([0.0, 0.0, 0.5, 1.0])}


def consistency(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    maybe(rng, config, "original_inference_steps", [50, 100, 40])
    maybe(rng, config, "set_alpha_to_one", [True, False])
    maybe(rng, config, "timestep_scaling", [10.0, 5.0], 0.3)
    maybe(rng, config, "clip_sample", [True], 0.2)
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.1)
    threshold(rng, config)
    return config, {}


def tcd(rng):
    config, _ = consistency(rng)
    return config, {"eta": rng.choice([0.0, 0.3, 0.5, 1.0])}


def solver(rng, config):
    maybe(rng, config, "solver_order", [1, 2, 3], 0.7)
    maybe(rng, config, "lower_order_final", [True, False], 0.5)
    threshold(rng, config)


def flow(rng, config):
    if rng.random() < 0.12:
        for key in ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas"):
            config.pop(key, None)
        config.update(use_flow_sigmas=True, prediction_type="flow_prediction", flow_shift=rng.choice([1.0, 3.0, 5.0]))


def dpm_multistep(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config, ("use_lu_lambdas",))
    solver(rng, config)
    maybe(rng, config, "algorithm_type", ["dpmsolver++", "sde-dpmsolver++", "dpmsolver", "sde-dpmsolver"], 0.6)
    maybe(rng, config, "solver_type", ["midpoint", "heun"], 0.6)
    maybe(rng, config, "euler_at_final", [True], 0.15)
    maybe(rng, config, "lambda_min_clipped", [-5.1], 0.15)
    config["final_sigmas_type"] = "sigma_min" if not config.get("algorithm_type", "++").endswith("++") else rng.choice(["zero", "sigma_min"])
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.1)
    flow(rng, config)
    return config, {}


def dpm_singlestep(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    sigma_kind(rng, config)
    solver(rng, config)
    maybe(rng, config, "algorithm_type", ["dpmsolver++", "sde-dpmsolver++", "dpmsolver"], 0.6)
    maybe(rng, config, "solver_type", ["midpoint", "heun"], 0.6)
    maybe(rng, config, "lambda_min_clipped", [-5.1], 0.1)
    config["final_sigmas_type"] = "sigma_min" if config.get("algorithm_type") == "dpmsolver" else rng.choice(["zero", "sigma_min"])
    flow(rng, config)
    return config, {}


def unipc(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config)
    solver(rng, config)
    maybe(rng, config, "solver_type", ["bh1", "bh2"], 0.6)
    maybe(rng, config, "predict_x0", [False], 0.2)
    maybe(rng, config, "final_sigmas_type", ["zero", "sigma_min"], 0.5)
    maybe(rng, config, "disable_corrector", [[0], [0, 1]], 0.15)
    maybe(rng, config, "rescale_betas_zero_snr", [True], 0.1)
    flow(rng, config)
    return config, {}


def deis(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config)
    solver(rng, config)
    flow(rng, config)
    return config, {}


def pndm(rng):
    config = base(rng)
    spaced(rng, config)
    maybe(rng, config, "skip_prk_steps", [True, False], 0.7)
    maybe(rng, config, "set_alpha_to_one", [True, False])
    return config, {}


def heun(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config)
    maybe(rng, config, "clip_sample", [True], 0.2)
    return config, {}


def lms(rng):
    config = base(rng, ("epsilon", "v_prediction", "sample"))
    spaced(rng, config)
    sigma_kind(rng, config)
    return config, {}


def flow_match(rng):
    config = {"num_train_timesteps": 1000}
    maybe(rng, config, "shift", [1.0, 3.0, 1.15, 6.0], 0.8)
    if rng.random() < 0.3:
        config.update(use_dynamic_shifting=True)
        maybe(rng, config, "time_shift_type", ["exponential", "linear"])
    maybe(rng, config, "shift_terminal", [0.02, 0.1], 0.2)
    maybe(rng, config, "invert_sigmas", [True], 0.1)
    maybe(rng, config, "stochastic_sampling", [True], 0.15)
    sigma_kind(rng, config)
    return config, {}


CLASSES = {
    "EulerDiscreteScheduler": euler, "EulerAncestralDiscreteScheduler": euler_ancestral, "DDIMScheduler": ddim, "LCMScheduler": consistency, "TCDScheduler": tcd,
    "DPMSolverMultistepScheduler": dpm_multistep, "DPMSolverSinglestepScheduler": dpm_singlestep, "UniPCMultistepScheduler": unipc, "DEISMultistepScheduler": deis,
    "PNDMScheduler": pndm, "HeunDiscreteScheduler": heun, "LMSDiscreteScheduler": lms, "FlowMatchEulerDiscreteScheduler": flow_match,
}


def timesteps_request(rng, name, config):
    request = {"num_inference_steps": rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 15, 16, 20, 25, 30, 50])}
    if name == "LMSDiscreteScheduler":  # its coefficients are integrated numerically, slowly
        request["num_inference_steps"] = min(request["num_inference_steps"], 10)
    n = request["num_inference_steps"]
    if name == "FlowMatchEulerDiscreteScheduler":
        if config.get("use_dynamic_shifting"):
            request["mu"] = rng.choice([0.63, 1.15, 0.5])
        if rng.random() < 0.4:
            request["sigmas"] = [float(s) for s in np.linspace(1, 1 / n, n)]
    elif name in ("LCMScheduler", "TCDScheduler", "EulerDiscreteScheduler", "HeunDiscreteScheduler", "DPMSolverMultistepScheduler") and rng.random() < 0.06:
        if not any(config.get(k) for k in ("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas", "use_flow_sigmas")) and config["num_train_timesteps"] >= 1000:
            request = {"timesteps": rng.choice([[800], [999, 666, 333], [999, 749, 499, 249]])}
    return request


def finite(values):
    return bool(np.isfinite(values).all())


def run(rng, name, compact):
    config, kwargs = CLASSES[name](rng)
    if config.get("beta_schedule") == "squaredcos_cap_v2" and config.get("rescale_betas_zero_snr"):
        raise ValueError("its sigma at 0 hangs on the last bit of torch's square root")
    request = timesteps_request(rng, name, config)
    seed = rng.randrange(100)
    case = walk(name, config, kwargs, request, seed, X_INIT, compact)
    shaken = {**config, "beta_end": config["beta_end"] * (1 + 2e-7)} if "beta_end" in config else config
    nudged = walk(name, shaken, kwargs, request, seed, np.nextafter(X_INIT, np.float32(10)), compact)
    for a, b in zip(case["steps"], nudged["steps"]):
        if a["t"] < 0:
            raise ValueError("a timestep below 0, by the rounding of trailing steps")
        scale = max(1.0, max(abs(v) for v in a["prev_sample_first8"]))
        if any(abs(v - w) > 2e-5 * scale for v, w in zip(a["prev_sample_first8"], b["prev_sample_first8"])):
            raise ValueError("ill-conditioned in float32")
    return case


def walk(name, config, kwargs, request, seed, start, compact):
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(**request)
    timesteps = scheduler.timesteps
    sigmas = getattr(scheduler, "sigmas", None)
    init = float(getattr(scheduler, "init_noise_sigma", 1.0))
    sample = torch.from_numpy(start.reshape(SHAPE).copy()) * (1.0 if name.startswith("FlowMatch") else init)
    generator = torch.Generator("cpu").manual_seed(seed)
    step_arguments = set(scheduler.step.__code__.co_varnames[: scheduler.step.__code__.co_argcount])
    extra = {**kwargs, **({"generator": generator} if "generator" in step_arguments else {})}
    bias = torch.from_numpy(BIAS.reshape(SHAPE))
    steps = []
    # A first timestep that comes twice makes diffusers begin at the second one and run off the end.
    for i, t in enumerate(timesteps):
        scaled = scheduler.scale_model_input(sample, t) if hasattr(scheduler, "scale_model_input") else sample
        sample = scheduler.step(0.5 * scaled + bias, t, sample, **extra).prev_sample
        values = sample.numpy().ravel()
        if not finite(values) or np.abs(values).max() > 1e6:
            raise ValueError("not finite")
        keep = i in (0, len(timesteps) - 1) or len(timesteps) <= 4
        if keep or not compact:
            step = {"i": i, "t": float(t), "prev_sample_sum": float(values.astype(np.float64).sum()), "prev_sample_abs_sum": float(np.abs(values.astype(np.float64)).sum())}
            step["prev_sample_first8"] = [round(float(v), 7) for v in values[:8]] if compact else [float(v) for v in values[:8]]
            if not compact and keep:
                step["prev_sample"] = [float(v) for v in values]
            steps.append(step)
    return {
        "name": "", "scheduler": name, "config": config, "set_timesteps": request, "step_kwargs": kwargs, "generator_seed": seed,
        "timesteps": [float(t) for t in timesteps], "sigmas": None if sigmas is None else [float(s) for s in sigmas], "init_noise_sigma": init, "steps": steps,
    }


def run_add_noise(rng, name):
    config, _ = CLASSES[name](rng)
    config.pop("invert_sigmas", None)
    scheduler = getattr(diffusers, name).from_config(config)
    n = rng.choice([4, 8, 20])
    scheduler.set_timesteps(n, **({"mu": 0.63} if config.get("use_dynamic_shifting") else {}))
    if config.get("use_dynamic_shifting"):
        raise ValueError("needs mu")
    index = rng.randrange(len(scheduler.timesteps))
    if name not in ("PNDMScheduler", "HeunDiscreteScheduler") and len({float(t) for t in scheduler.timesteps}) != len(scheduler.timesteps):
        raise ValueError("a timestep comes twice")
    original, noise, t = torch.from_numpy(X_INIT.reshape(SHAPE)), torch.from_numpy(NOISE.reshape(SHAPE)), scheduler.timesteps[index : index + 1]
    out = (scheduler.scale_noise(original, t, noise) if name.startswith("FlowMatch") else scheduler.add_noise(original, noise, t)).numpy().ravel()
    if not finite(out):
        raise ValueError("not finite")
    return {"name": "", "scheduler": name, "config": config, "n": n, "timestep_index": index, "out_first16": [float(v) for v in out[:16]], "abs_sum": float(np.abs(out.astype(np.float64)).sum())}


def gather(rng, count, make):
    cases, refused = [], {}
    names = list(CLASSES)
    while len(cases) < count:
        if sum(refused.values()) > 40 * count:
            raise RuntimeError(f"diffusers refuses everything: {refused}")
        name = names[len(cases) % len(names)]
        try:
            case = make(rng, name)
        except Exception as reason:  # diffusers refuses the config
            refused[f"{name}: {str(reason)[:60]}"] = refused.get(f"{name}: {str(reason)[:60]}", 0) + 1
            continue
        case["name"] = f"{name}_{len(cases)}"
        cases.append(case)
        if len(cases) % 50 == 0:
            print(len(cases), "made", file=sys.stderr, flush=True)
    return cases, refused


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    compact = "--compact" in sys.argv
    out, count, seed = arguments[0], int(arguments[1]) if len(arguments) > 1 else 650, int(arguments[2]) if len(arguments) > 2 else 1
    rng = random.Random(seed)
    cases, refused = gather(rng, count, lambda r, name: run(r, name, compact))
    add_noise, _ = gather(rng, max(13, count // 5), run_add_noise)
    print(len(cases), "cases,", len(add_noise), "add_noise; refused by diffusers:", json.dumps(refused, indent=1))
    about = f"fuzz_schedulers.py {count} {seed}: diffusers {diffusers.__version__}, torch {torch.__version__}"
    document = {"about": about, "x_init": X_INIT.tolist(), "bias": BIAS.tolist(), "add_noise_noise": NOISE.tolist(), "cases": cases, "add_noise": add_noise}
    with open(f"{out}/scheduler_traces.json", "w") as file:
        json.dump(document, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
