import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bench.fit_int8 import measure
from catalog.errors import ModelError
from search.encoder import CompiledEncoder, Encoder, HashEncoder, SentenceTransformerEncoder, open_encoder
from search.encoders.bert import read_bert
from search.encoders.compiled import Compile, on_any, on_onnx, on_openvino
from search.encoders.eight_bits import write_spans
from search.encoders.folder import ModelFolder, find_model
from search.encoders.known import KnownTokens
from search.encoders.tokens import batches_by_length, read_tokenizer
from search.encoders.transformer import uses_bf16

DEFAULT = "all-MiniLM-L6-v2"
ENGINES = [pytest.param(on_openvino, id="openvino"), pytest.param(on_onnx, id="onnx")]
MIXED = [
    "How do I fix a leaking pump?",
    "",
    "Naïve café: ½ of the résumés… 漢字 ☃",
    *("the pump leaks and nobody knows why; " * length for length in (2, 5, 11, 40)),
]


def run_python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ | environ
    )


@pytest.fixture(params=["hash", "sentence-transformers", "openvino", "onnx"])
def opened(request: pytest.FixtureRequest, tiny_model: Path) -> Callable[[], Encoder]:
    """Opens one encoder of every kind."""
    folder = find_model(str(tiny_model))
    kinds: dict[str, Callable[[], Encoder]] = {
        "hash": lambda: open_encoder("hash:32"),
        "sentence-transformers": lambda: open_encoder(str(tiny_model), "fp32"),
        "openvino": lambda: CompiledEncoder(folder, "fp32", compile_bert=on_openvino),
        "onnx": lambda: CompiledEncoder(folder, "fp32", compile_bert=on_onnx),
    }
    return kinds[request.param]


@pytest.fixture
def encoder(opened: Callable[[], Encoder]) -> Encoder:
    """One encoder of every kind."""
    return opened()


@pytest.fixture(scope="session")
def expected() -> npt.NDArray[np.float32]:
    """The packaged model's vectors of `MIXED`, by sentence-transformers itself."""
    return sentence_transformers(find_model(DEFAULT), MIXED)


def sentence_transformers(folder: ModelFolder, texts: list[str]) -> npt.NDArray[np.float32]:
    """The vectors that the library itself gives."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder.path), device="cpu", local_files_only=True)
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(vectors, np.float32)


@pytest.fixture(scope="session")
def default() -> Encoder:
    """The packaged model."""
    return open_encoder(DEFAULT, "fp32")


@pytest.fixture
def measured(tiny_model: Path, tmp_path: Path) -> ModelFolder:
    """A model whose inputs have been measured over some texts."""
    folder = find_model(str(shutil.copytree(tiny_model, tmp_path / "measured")))
    texts = [
        "the pump leaks",
        "oil pump " * 60,
        "salt pepper",
        "bell clock drum music",
        "valve seal pipe steam",
    ]
    rows = KnownTokens(read_tokenizer(folder.path / "tokenizer.json")).ids(texts, 128)
    write_spans(measure(read_bert(folder), rows), folder.spans)
    return folder


class TestEveryEncoder:
    def test_gives_a_row_of_unit_length_for_each_text(self, encoder: Encoder) -> None:
        """The vectors are float32 of shape [n, dimension] and unit length."""
        vectors = encoder.encode(["the pump leaks", "a soup of salt and pepper", "bell"])

        assert vectors.shape == (3, encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)

    def test_gives_no_rows_for_no_texts(self, encoder: Encoder) -> None:
        """Nothing to encode is no error."""
        assert encoder.encode([]).shape == (0, encoder.dimension)
        assert encoder.count_tokens([]) == []

    def test_keeps_the_order_of_the_texts(self, encoder: Encoder) -> None:
        """Texts of mixed length come back where they were, each as if it had been alone."""
        texts = ["oil", "pump valve leak seal oil pipe steam", "salt pepper", "bell clock drum music"]

        alone = np.concatenate([encoder.encode([text]) for text in texts])

        assert encoder.encode(texts) == pytest.approx(alone, abs=1e-5)

    def test_is_deterministic(self, encoder: Encoder, opened: Callable[[], Encoder]) -> None:
        """Two encoders opened alike give the same vectors under the same name."""
        again = opened()

        assert (again.name, again.location) == (encoder.name, encoder.location)
        assert np.array_equal(again.encode(["the pump leaks"]), encoder.encode(["the pump leaks"]))

    def test_serves_several_threads(self, encoder: Encoder) -> None:
        """What one thread asks for is not mixed up with what another does."""
        texts = ["oil", "pump valve leak", "the pump leaks and the seal leaks", "salt pepper"] * 8
        expected = encoder.encode(texts)

        with ThreadPoolExecutor(4) as pool:
            found = np.concatenate(list(pool.map(lambda text: encoder.encode([text]), texts)))

        assert found == pytest.approx(expected, abs=1e-5)

    def test_accepts_a_text_without_words(self, encoder: Encoder) -> None:
        """An empty text has a vector without NaN."""
        assert np.isfinite(encoder.encode([""])).all()

    def test_counts_more_tokens_for_longer_texts(self, encoder: Encoder) -> None:
        """Tokens are counted beyond the window."""
        short, long = encoder.count_tokens(["pump", "pump " * 400])

        assert long - short == 399
        assert long > encoder.window


class TestHashEncoder:
    def test_gives_an_empty_text_the_zero_vector(self) -> None:
        """A text without words is like no other."""
        assert HashEncoder(4).encode([" ... "]).tolist() == [[0, 0, 0, 0]]

    def test_finds_texts_alike_that_share_words(self) -> None:
        """Shared words count whatever their endings and case."""
        question, same, other = HashEncoder().encode(["Leaking pumps", "the pump leaks", "salted soup"])

        assert question @ same > 0.7
        assert question @ other < 0.3

    def test_is_called_by_its_dimension(self) -> None:
        """Vectors of different lengths are never mixed up."""
        assert (HashEncoder().name, HashEncoder(8).name) == ("hash:64", "hash:8")


class TestOpenEncoder:
    @pytest.mark.parametrize(("model", "dimension"), [("hash", 64), ("hash:16", 16), (DEFAULT, 384)])
    def test_chooses_by_name(self, model: str, dimension: int) -> None:
        """The fake goes by "hash"; anything else is a model."""
        assert open_encoder(model).dimension == dimension

    @pytest.mark.parametrize("model", ["hash:0", "hash:many"])
    def test_refuses_a_fake_of_no_dimension(self, model: str) -> None:
        """The message says what can be given."""
        with pytest.raises(ModelError, match="give hash or, with a number of dimensions, hash:64"):
            open_encoder(model)

    @pytest.mark.parametrize("model", ["no-such-model", "nobody/no-such-model", "/no/such/folder", "a//b"])
    def test_says_what_to_do_when_a_model_is_missing(self, model: str) -> None:
        """Nothing is fetched; the message offers what works."""
        with pytest.raises(ModelError, match=f"{model}: no such model .* fetches nothing; .* use {DEFAULT}"):
            open_encoder(model)


class TestSentenceTransformerEncoder:
    def test_is_named_by_its_weights(self, tiny_model: Path) -> None:
        """The name is the folder's, with the beginning of the weights' SHA-256."""
        digest = hashlib.sha256((tiny_model / "model.safetensors").read_bytes()).hexdigest()

        encoder = SentenceTransformerEncoder.load(str(tiny_model))

        assert encoder.name == f"tiny@{digest[:12]}"
        assert encoder.location == str(tiny_model)
        assert (encoder.dimension, encoder.window) == (32, 256)

    def test_counts_the_tokens_that_the_model_adds(self, tiny_model: Path) -> None:
        """[CLS] and [SEP] take part of the window, so they count."""
        assert open_encoder(str(tiny_model)).count_tokens(["pump valve", ""]) == [4, 2]

    def test_reads_beyond_what_the_tokenizer_file_truncates_to(self, tiny_model: Path) -> None:
        """A tokenizer.json exported with a length of 128 does not shorten the window of 256."""
        encoder = open_encoder(str(tiny_model), "fp32")

        bell, drum = encoder.encode([f"{'oil ' * 200} bell", f"{'oil ' * 200} drum"])

        assert np.abs(bell - drum).max() > 1e-4

    def test_reads_no_more_than_its_window(self, tiny_model: Path) -> None:
        """What comes after the window changes nothing, and is no error."""
        encoder = open_encoder(str(tiny_model), "fp32")

        bell, drum = encoder.encode([f"{'oil ' * 300} bell", f"{'oil ' * 300} drum"])

        assert bell == pytest.approx(drum, abs=1e-6)

    def test_gives_the_same_in_small_batches(self, tiny_model: Path) -> None:
        """How many tokens go in one batch does not show."""
        texts = ["oil " * length for length in (1, 30, 7, 250, 12, 90)]

        small = open_encoder(str(tiny_model), "fp32", batch_tokens=64).encode(texts)

        assert small == pytest.approx(open_encoder(str(tiny_model), "fp32").encode(texts), abs=1e-5)

    def test_gives_nearly_the_same_in_bf16(self, tiny_model: Path) -> None:
        """Half the digits cost little, and the vectors are float32 of unit length all the same."""
        texts = ["the pump leaks", "a soup of salt and pepper"]

        half = open_encoder(str(tiny_model), "bf16").encode(texts)

        assert half.dtype == np.float32
        assert (half * open_encoder(str(tiny_model), "fp32").encode(texts)).sum(axis=1).min() > 0.999

    def test_agrees_with_sentence_transformers(self, tiny_model: Path) -> None:
        """The vectors are those that the library itself gives."""
        texts = ["the pump leaks", "bell", "salt and pepper and oil in hot soup"]
        expected = sentence_transformers(find_model(str(tiny_model)), texts)

        assert open_encoder(str(tiny_model), "fp32").encode(texts) == pytest.approx(expected, abs=1e-5)

    def test_asks_the_model_for_what_its_folder_does_not_say(self, tiny_model: Path, tmp_path: Path) -> None:
        """Without a tokenizer.json and lengths in its configuration, the loaded model is asked."""
        folder = Path(shutil.copytree(tiny_model, tmp_path / "terse"))
        (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\npump\nvalve\n")
        (folder / "tokenizer.json").unlink()
        (folder / "1_Pooling" / "config.json").write_text(
            '{"embedding_dimension": 32, "pooling_mode": ["cls", "mean"]}'
        )

        encoder = open_encoder(str(folder))

        assert encoder.dimension == 64
        assert encoder.count_tokens(["pump valve"]) == [4]

    def test_refuses_a_folder_without_weights(self, tmp_path: Path) -> None:
        """The message names the folder and what belongs in it."""
        with pytest.raises(ModelError, match=rf"{tmp_path}: no weights \(model.safetensors\)"):
            open_encoder(str(tmp_path)).name  # noqa: B018

    @pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
    def test_refuses_a_damaged_model(self, tiny_model: Path, tmp_path: Path, file: str) -> None:
        """The message names the folder or the file."""
        folder = Path(shutil.copytree(tiny_model, tmp_path / "damaged"))
        (folder / file).write_bytes(b"{damaged")

        with pytest.raises(ModelError, match="damaged"):
            open_encoder(str(folder)).encode(["pump"])


class TestCompiledEncoder:
    @pytest.mark.parametrize("engine", ENGINES)
    def test_agrees_with_sentence_transformers(self, tiny_model: Path, engine: Compile) -> None:
        """The vectors are those that the library itself gives, short and long, alone and in batches."""
        folder = find_model(str(tiny_model))
        texts = ["the pump leaks", "", "bell", *("oil pump " * length for length in (3, 9, 60, 200))]

        encoder = CompiledEncoder(folder, "fp32", batch_tokens=128, compile_bert=engine)

        assert encoder.encode(texts) == pytest.approx(sentence_transformers(folder, texts), abs=1e-5)

    @pytest.mark.parametrize("engine", ENGINES)
    def test_agrees_where_several_threads_run_it(self, tiny_model: Path, engine: Compile) -> None:
        """Each thread has a batch of its own, and gets the vectors of its own texts."""
        folder = find_model(str(tiny_model))
        texts = [["the pump leaks", "", "bell"], ["oil pump " * 60, "oil"]]
        encoder = CompiledEncoder(folder, "fp32", batch_tokens=128, compile_bert=engine, streams=2)

        with ThreadPoolExecutor(2) as pool:
            found = np.concatenate(list(pool.map(encoder.encode, texts)))

        assert found == pytest.approx(sentence_transformers(folder, texts[0] + texts[1]), abs=1e-5)

    def test_is_named_and_measured_as_its_folder_says(self, tiny_model: Path) -> None:
        """Whichever engine runs a model, its vectors go by one name."""
        compiled = CompiledEncoder(find_model(str(tiny_model)))
        other = SentenceTransformerEncoder.load(str(tiny_model))

        assert (compiled.name, compiled.location) == (other.name, other.location)
        assert (compiled.dimension, compiled.window) == (other.dimension, other.window)

    def test_runs_on_onnx_where_openvino_is_missing(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Another engine takes over, in silence, with the same vectors."""
        monkeypatch.setitem(sys.modules, "search.encoders.bert_openvino", None)
        folder = find_model(str(tiny_model))

        found = CompiledEncoder(folder, compile_bert=on_any).encode(["the pump leaks"])

        assert found == pytest.approx(sentence_transformers(folder, ["the pump leaks"]), abs=1e-5)

    def test_says_what_to_do_without_any_engine(
        self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The message names what is missing."""
        monkeypatch.setitem(sys.modules, "search.encoders.bert_openvino", None)
        monkeypatch.setitem(sys.modules, "onnxruntime", None)

        with pytest.raises(ModelError, match=r"neither OpenVINO nor ONNX Runtime .* install Copse again"):
            CompiledEncoder(find_model(str(tiny_model))).encode(["pump"])

    def test_refuses_what_is_no_bert(self, tiny_model: Path, tmp_path: Path) -> None:
        """The message names the folder."""
        folder = Path(shutil.copytree(tiny_model, tmp_path / "other"))
        (folder / "config.json").write_text('{"model_type": "roberta", "hidden_size": 32}')

        with pytest.raises(ModelError, match=rf"{folder}: not a BERT"):
            CompiledEncoder(find_model(str(folder))).encode(["pump"])

    @pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
    def test_refuses_a_damaged_model(self, tiny_model: Path, tmp_path: Path, file: str) -> None:
        """The message names the folder or the file."""
        folder = Path(shutil.copytree(tiny_model, tmp_path / "damaged"))
        (folder / file).write_bytes(b"{damaged")

        with pytest.raises(ModelError, match="damaged"):
            CompiledEncoder(find_model(str(folder))).encode(["pump"])


class TestInt8:
    def test_is_near_the_vectors_in_fp32(self, measured: ModelFolder) -> None:
        """Short and long texts, alone and in batches, lose little."""
        texts = ["the pump leaks", "bell", *("oil pump " * length for length in (3, 9, 60))]

        found = CompiledEncoder(measured, "int8").encode(texts)

        assert (found * CompiledEncoder(measured, "fp32").encode(texts)).sum(axis=1).min() > 0.995

    def test_gives_a_text_one_vector_whatever_is_beside_it(self, measured: ModelFolder) -> None:
        """The steps of numbers are set once, and not by what is encoded together."""
        encoder = CompiledEncoder(measured, "int8")

        alone, beside = (
            encoder.encode(["the pump leaks"])[0],
            encoder.encode(["the pump leaks", "oil " * 50])[0],
        )

        assert alone == pytest.approx(beside, abs=1e-2)

    def test_goes_by_the_same_name(self, measured: ModelFolder) -> None:
        """Questions in one precision find passages in another, so nothing is embedded anew."""
        assert CompiledEncoder(measured, "int8").name == CompiledEncoder(measured, "fp32").name

    def test_is_told(self, measured: ModelFolder) -> None:
        """Which arithmetic is in use can be asked."""
        assert CompiledEncoder(measured, "int8").engine.startswith("OpenVINO in int8 and ")
        assert CompiledEncoder(measured, "fp32").engine == "OpenVINO in fp32"

    def test_needs_a_processor_that_adds_up_bytes(self) -> None:
        """Others would find other passages; the message says what to do."""
        code = (
            "from search.encoder import open_encoder\n"
            "try: open_encoder('all-MiniLM-L6-v2', 'int8').encode(['pump'])\n"
            "except Exception as error: print(type(error).__name__, error)"
        )

        done = run_python(code, ONEDNN_MAX_CPU_ISA="AVX2")

        assert done.stdout.startswith("ModelError this processor multiplies no bytes exactly")
        assert done.stdout.endswith("set COPSE_PRECISION=auto\n")

    def test_needs_what_its_inputs_are(self, tiny_model: Path) -> None:
        """A model whose spans nobody has measured is refused."""
        with pytest.raises(ModelError, match=r"tiny.spans.npz: cannot be read .* set COPSE_PRECISION=auto"):
            CompiledEncoder(find_model(str(tiny_model)), "int8").encode(["pump"])

    def test_needs_openvino(self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """ONNX Runtime takes over for other precisions only."""
        monkeypatch.setitem(sys.modules, "search.encoders.bert_openvino", None)

        with pytest.raises(ModelError, match="int8 needs OpenVINO"):
            CompiledEncoder(find_model(str(tiny_model)), "int8").encode(["pump"])

    def test_is_for_the_packaged_model(self, tiny_model: Path) -> None:
        """Models that PyTorch runs have none."""
        with pytest.raises(ModelError, match="int8 is for all-MiniLM-L6-v2 alone"):
            open_encoder(str(tiny_model), "int8")


class TestDefaultModel:
    def test_is_described_without_being_loaded(self) -> None:
        """Names, sizes and counts of tokens need neither torch nor transformers."""
        code = (
            "import sys; from search.encoder import open_encoder; e = open_encoder('all-MiniLM-L6-v2');"
            "print(e.name, e.dimension, e.window, e.count_tokens(['How do I fix a leaking pump?']),"
            "{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
        )

        assert run_python(code).stdout == "all-MiniLM-L6-v2@53aa51172d14 384 256 [10] set()\n"

    @pytest.mark.parametrize(
        ("engine", "precision", "least"),
        [
            pytest.param(on_openvino, "fp32", 0.9999, id="openvino in fp32"),
            pytest.param(on_openvino, "bf16", 0.9995, id="openvino in bf16"),
            pytest.param(on_openvino, "int8", 0.99, id="openvino in int8"),
            pytest.param(on_onnx, "fp32", 0.9999, id="onnx"),
        ],
    )
    def test_has_the_vectors_of_sentence_transformers(
        self, engine: Compile, precision: str, least: float, expected: npt.NDArray[np.float32]
    ) -> None:
        """So a library that was made with one is searched with the other; in int8 a little is lost."""
        found = CompiledEncoder(find_model(DEFAULT), precision, compile_bert=engine).encode(MIXED)

        assert (found * expected).sum(axis=1).min() > least

    def test_needs_no_torch(self) -> None:
        """A vector is made without what takes seconds to import, and nobody is told of it."""
        code = (
            "import sys; from search.encoder import open_encoder\n"
            "open_encoder('all-MiniLM-L6-v2').encode(['pump'])\n"
            "kept = {'torch', 'transformers', 'sentence_transformers', 'onnxruntime', 'openvino_telemetry'}\n"
            "print({name for name in kept if sys.modules.get(name)})"
        )

        assert run_python(code).stdout == "set()\n"

    def test_is_loaded_in_silence_and_without_a_network(self) -> None:
        """Nothing is written to the terminal, and no connection is tried."""
        code = (
            "import socket\n"
            "def refuse(*_): raise SystemExit('a connection was tried')\n"
            "socket.socket.connect = socket.getaddrinfo = refuse\n"
            "from search.encoder import open_encoder\n"
            "open_encoder('all-MiniLM-L6-v2').encode(['pump ' * 300, 'How do I fix a leaking pump?'])\n"
        )
        done = run_python(code)

        assert (done.stdout, done.stderr) == ("", "")

    def test_knows_meaning(self, default: Encoder) -> None:
        """A question is nearer to an answer in other words than to one with the same word."""
        question, answer, other = default.encode(
            [
                "How do I stop water dripping from the tap?",
                "Replace the faucet washer.",
                "Tap dancing lessons",
            ]
        )

        assert question @ answer > question @ other

    def test_reads_beyond_the_128_tokens_that_its_tokenizer_file_truncates_to(self, default: Encoder) -> None:
        """What stands after token 130 changes the vector."""
        bread, trains = default.encode([f"{'word ' * 140} {end}" for end in ("baking bread", "steam trains")])

        assert bread @ trains < 0.97

    def test_is_not_taken_for_other_weights(self, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Other weights in the package are refused before anything is encoded."""
        monkeypatch.setattr("search.encoders.folder._packaged", lambda: tiny_model)

        with pytest.raises(ModelError, match="not the weights of all-MiniLM-L6-v2"):
            open_encoder(DEFAULT).encode(["pump"])


class TestBatchesByLength:
    def test_puts_texts_of_like_length_together(self) -> None:
        """A batch holds at most so many tokens, padded to its longest text."""
        assert batches_by_length([3, 50, 4, 48, 5], batch_tokens=100) == [[1, 3], [4, 2, 0]]

    def test_leaves_a_text_alone_that_is_too_long(self) -> None:
        """A text longer than a batch is a batch."""
        assert batches_by_length([10, 500, 10], batch_tokens=20) == [[1], [0, 2]]

    def test_pads_no_more_than_another_batch_costs(self) -> None:
        """Some 24 tokens take as long as another run of the model."""
        assert batches_by_length([60, 12, 50, 14, 13, 40], batch_tokens=1000) == [[0, 2], [5], [3, 4, 1]]


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        pytest.param({"amx_bf16": True, "avx512_bf16": True}, True, id="matrix tiles"),
        pytest.param({"amx_bf16": False, "avx512_bf16": True}, False, id="vectors only"),
        pytest.param({}, False, id="neither"),
    ],
)
def test_precision_auto_looks_at_the_processor(
    capabilities: dict[str, bool], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bf16 is chosen where it is faster, which takes AMX."""
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)

    assert uses_bf16("auto", "cpu") is expected
