"""The ImageNet networks of ``keras.applications`` by name, with their preprocessing as first layers.

The architectures are Keras' own functions; what is added here is the preprocessing, and where the weights come from.
Keras keeps the addresses and checksums of the weight files inside its functions, so they are listed here again; a
test compares the list with the Keras that is installed.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from ..errors import CourseError
from .download import WeightFile, damaged, locate
from .preprocessing import IMAGENET_MEAN, IMAGENET_STD, INPUT, PREPROCESSING, prepared
from .records import Backbone

__all__ = ["APPLICATIONS", "Application", "record"]

_HOST = "https://storage.googleapis.com/"
_KERAS = f"{_HOST}tensorflow/keras-applications/"


@dataclass(frozen=True)
class Application:
    """A function of ``keras.applications``, and the files of its weights."""

    name: str
    function: str
    title: str
    credit: str
    license: str
    mode: str
    """Key of :data:`PREPROCESSING`, or ``own`` for networks that bring it along."""
    params: int
    params_top: int
    """With the classification layers."""
    top1: float | None
    """ImageNet top-1 that Keras states (keras.io/api/applications, MobileNetV3: its docstring)."""
    url: str
    files: tuple[str, str]
    """File names without and with top; ``{size}`` stands for the size."""
    md5: tuple[str | None, str | None] = (None, None)
    size: int = 224
    smallest: int = 32
    sizes: tuple[int, ...] = ()
    """Sizes with a weight file of their own."""
    alpha: float | None = None
    """Width multiplier."""
    fixed_top: bool = False
    """Whether the classification layers fit one size only."""


_VGG = "K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015"
_MOBILE = "A. Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, 2017"
_MOBILE2 = "M. Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018"
_MOBILE3 = "A. Howard et al., Searching for MobileNetV3, ICCV 2019"


def _mobilenet(alpha: float, text: str, params: int, params_top: int, top1: float | None) -> Application:
    suffix = "" if alpha == 1 else f"-{alpha:g}"
    return Application(
        f"mobilenet{suffix}", "MobileNet", f"MobileNet, width {alpha:g}", _MOBILE, "Apache-2.0", "tf",
        params, params_top, top1, f"{_KERAS}mobilenet/",
        (f"mobilenet_{text}_{{size}}_tf_no_top.h5", f"mobilenet_{text}_{{size}}_tf.h5"),
        sizes=(128, 160, 192, 224), alpha=alpha,
    )  # fmt: skip


def _mobilenetv2(alpha: float, params: int, params_top: int, top1: float | None) -> Application:
    suffix = "" if alpha == 1 else f"-{alpha:g}"
    stem = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{{size}}"
    return Application(
        f"mobilenetv2{suffix}", "MobileNetV2", f"MobileNetV2, width {alpha:g}", _MOBILE2, "Apache-2.0", "tf",
        params, params_top, top1, f"{_KERAS}mobilenet_v2/", (f"{stem}_no_top.h5", f"{stem}.h5"),
        sizes=(96, 128, 160, 192, 224) if alpha <= 1 else (224,), alpha=alpha,
    )  # fmt: skip


def _tf(stem: str) -> tuple[str, str]:
    stem = f"{stem}_weights_tf_dim_ordering_tf_kernels"
    return f"{stem}_notop.h5", f"{stem}.h5"


APPLICATIONS: tuple[Application, ...] = (
    Application(
        "vgg16", "VGG16", "VGG16", _VGG, "CC-BY 4.0", "caffe", 14_714_688, 138_357_544, 0.713,
        f"{_KERAS}vgg16/", _tf("vgg16"),
        ("6d6bbae143d832006294945121d1f1fc", "64373286793e3c8b2b4e3219cbf3544b"), fixed_top=True,
    ),
    Application(
        "vgg19", "VGG19", "VGG19", _VGG, "CC-BY 4.0", "caffe", 20_024_384, 143_667_240, 0.713,
        f"{_KERAS}vgg19/", _tf("vgg19"),
        ("253f8cb515780f3b799900260a226db6", "cbe5617147190e668d6c5d5026f83318"), fixed_top=True,
    ),
    Application(
        "resnet50", "ResNet50", "ResNet50",
        "K. He et al., Deep Residual Learning for Image Recognition, CVPR 2016", "MIT", "caffe",
        23_587_712, 25_636_712, 0.749, f"{_KERAS}resnet/", _tf("resnet50"),
        ("4d473c1dd8becc155b73f8504c6f6626", "2cb95161c43110f7111970584f804107"),
    ),
    Application(
        "inceptionv3", "InceptionV3", "InceptionV3",
        "C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016", "Apache-2.0", "tf",
        21_802_784, 23_851_784, 0.779, f"{_KERAS}inception_v3/", _tf("inception_v3"),
        ("bcbd6486424b2319ff4ef7d526e38f63", "9a0d58056eeedaa3f26cb7ebd46da564"), size=299, smallest=75,
    ),
    Application(
        "xception", "Xception", "Xception",
        "F. Chollet, Xception: Deep Learning with Depthwise Separable Convolutions, CVPR 2017", "MIT", "tf",
        20_861_480, 22_910_480, 0.790, f"{_KERAS}xception/", _tf("xception"),
        ("b0042744bf5b25fce3cb969f33bebb97", "0a58e3b7378bc2990ea3b43d5981f1f6"), size=299, smallest=71,
    ),
    _mobilenet(0.25, "2_5", 218_544, 475_544, None),
    _mobilenet(0.5, "5_0", 829_536, 1_342_536, None),
    _mobilenet(0.75, "7_5", 1_832_976, 2_601_976, None),
    _mobilenet(1.0, "1_0", 3_228_864, 4_253_864, 0.704),
    _mobilenetv2(0.35, 410_208, 1_691_208, None),
    _mobilenetv2(0.5, 706_224, 1_987_224, None),
    _mobilenetv2(0.75, 1_382_064, 2_663_064, None),
    _mobilenetv2(1.0, 2_257_984, 3_538_984, 0.713),
    _mobilenetv2(1.3, 3_766_048, 5_431_048, None),
    _mobilenetv2(1.4, 4_363_712, 6_156_712, None),
    Application(
        "mobilenetv3small", "MobileNetV3Small", "MobileNetV3 small", _MOBILE3, "Apache-2.0", "own",
        939_120, 2_554_968, 0.681, f"{_KERAS}mobilenet_v3/",
        ("weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5", "weights_mobilenet_v3_small_224_1.0_float.h5"),
        ("d3e8ec802a04aa4fc771ee12a9a9b836", "8768d4c2e7dee89b9d02b2d03d65d862"),
    ),
    Application(
        "densenet121", "DenseNet121", "DenseNet121",
        "G. Huang et al., Densely Connected Convolutional Networks, CVPR 2017", "BSD-3-Clause", "torch",
        7_037_504, 8_062_504, 0.750, f"{_KERAS}densenet/", _tf("densenet121"),
        ("30ee3e1110167f948a6b9946edeeb738", "9d60b8095a5708f2dcce2bca79d332c7"),
    ),
    Application(
        "efficientnetb0", "EfficientNetB0", "EfficientNet-B0",
        "M. Tan and Q. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019",
        "Apache-2.0", "own", 4_049_571, 5_330_571, 0.771, f"{_HOST}keras-applications/",
        ("efficientnetb0_notop.h5", "efficientnetb0.h5"),
        ("50bc09e76180e00e4465e1a485ddc09d", "902e53a9f72be733fc0bcb005b3ebbac"),
    ),
    Application(
        "efficientnetv2b0", "EfficientNetV2B0", "EfficientNetV2-B0",
        "M. Tan and Q. Le, EfficientNetV2: Smaller Models and Faster Training, ICML 2021", "Apache-2.0", "own",
        5_919_312, 7_200_312, 0.787, f"{_KERAS}efficientnet_v2/",
        ("efficientnetv2-b0_notop.h5", "efficientnetv2-b0.h5"),
        ("893217f2bb855e2983157299931e43ff", "21ecbf6da12460d5c40bb2f29ceb2188"),
    ),
)  # fmt: skip

_OWN = {
    "MobileNetV3Small": PREPROCESSING["tf"],
    "EfficientNetB0": PREPROCESSING["torch"],
    "EfficientNetV2B0": PREPROCESSING["torch"],
}


def weight_file(app: Application, size: int, *, top: bool) -> WeightFile:
    """Return the file that Keras loads for this size."""
    own = size if size in app.sizes else app.size
    return WeightFile(
        name=app.files[top].format(size=own),
        url=app.url,
        megabytes=4e-6 * (app.params_top if top else app.params),
        md5=app.md5[top],
    )


def _build(app: Application, size: int, weights: str | None, top: bool, download: bool) -> Any:
    """Build the network flat behind its preprocessing, and load its weights."""
    import keras

    if top and app.fixed_top and size != app.size:
        raise CourseError(f"{app.name} with top=True takes images of {app.size} pixels only, not {size}.")
    # before the network is built, because it is what fails most
    path = None
    if weights is not None:
        path = locate(weight_file(app, size, top=top), wanted_by=app.name, download=download)
    images = keras.Input((size, size, 3), name=INPUT)
    options: dict[str, Any] = {} if app.alpha is None else {"alpha": app.alpha}
    made = getattr(keras.applications, app.function)(
        include_top=top,
        weights=None,
        input_tensor=images if app.mode == "own" else prepared(images, app.mode),
        input_shape=(size, size, 3),
        **options,
    )
    # Keras makes it with a list of inputs, which models on top of it would inherit
    model = keras.Model(images, made.output, name=app.name)
    if path is not None:
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError, TypeError):
            raise damaged(path) from None
    if app.function == "EfficientNetB0":
        _normalize(model, loaded=path is not None)
    return model


def _normalize(model: Any, *, loaded: bool) -> None:
    """Finish the normalisation of EfficientNetB0.

    Its file stores standard deviations where the layer wants variances, and Keras divides by their roots a second time
    in a layer that it adds only when it loads the weights itself. The same division, as part of the variance.
    """
    layer = next(layer for layer in model.layers if type(layer).__name__ == "Normalization")
    mean, variance, count = layer.get_weights()
    if loaded:
        variance = variance * IMAGENET_STD
    else:
        mean, variance = mean * 0 + IMAGENET_MEAN, variance * 0 + [s**2 for s in IMAGENET_STD]
    layer.set_weights([mean, variance, count])
    layer.finalize_state()


def record(app: Application) -> Backbone:
    """Return what is known about the network."""
    files = {weight_file(app, s, top=t) for s in (app.sizes or (app.size,)) for t in (False, True)}
    return Backbone(
        name=app.name,
        title=f"{app.title}, trained on ImageNet",
        params=app.params,
        input_size=app.size,
        smallest_input=app.smallest,
        largest_input=1024,
        input_range="RGB, 0 … 255",
        preprocessing=_OWN[app.function] if app.mode == "own" else PREPROCESSING[app.mode],
        trained_on="ImageNet (ILSVRC 2012), 1000 classes",
        license=app.license,
        source=f"keras.applications.{app.function}",
        credit=app.credit,
        sha256={},
        measured={},
        _build=functools.partial(_build, app),
        embedded=False,
        megabytes=round(weight_file(app, app.size, top=False).megabytes, 1),
        md5={f.name: f.md5 for f in sorted(files, key=lambda f: f.name) if f.md5 is not None},
        published={} if app.top1 is None else {"ImageNet top-1": app.top1},
        published_in="" if app.top1 is None else "Keras documentation",
        sizes=app.sizes,
    )
